import type { FixField, InvoiceRequestView } from '../../server/contract/invoicing.ts'
import type { ReportRow } from '../../server/contract/reports.ts'
import type { ReviewItem } from '../../server/contract/reviews.ts'
import type { StaffSelf } from '../../server/contract/staff.ts'
import { useWords } from './locale.tsx'
import type { Locale } from './texts.ts'

/** The words of the console, which neither customers nor agents load. */
export type ConsoleTexts = {
  readonly title: string
  readonly logInHeading: string
  readonly login: string
  readonly password: string
  readonly code: string
  readonly codeHint: string
  readonly next: string
  readonly codeHeading: string
  readonly codeFor: (login: string) => string
  readonly logIn: string
  readonly startAgain: string
  readonly tookTooLong: string
  readonly passwordWrong: string
  readonly codeWrong: string
  readonly missing: string
  readonly lockedFor: (minutes: number) => string
  readonly ended: string
  readonly logOut: string
  readonly entering: string
  readonly logIns: string
  readonly logInsHint: string
  readonly thisOne: string
  readonly isOver: string
  readonly lastUsed: (time: string) => string
  readonly signedIn: (time: string) => string
  readonly endOne: string
  readonly endAll: string
  readonly endedOne: string
  readonly unknownDevice: string
  readonly roles: Readonly<Record<StaffSelf['role'], string>>
  readonly noDesk: string
  readonly queue: string
  readonly count: (count: number) => string
  readonly queueEmpty: string
  readonly kinds: Readonly<Record<ReviewItem['kind'], string>>
  readonly reasons: Readonly<Record<ReviewItem['reason'], string>>
  readonly dueIn: (left: string) => string
  readonly overdue: (left: string) => string
  readonly hours: (hours: number, minutes: number) => string
  readonly days: (days: number, hours: number) => string
  readonly own: string
  readonly ownHint: string
  readonly pick: string
  readonly back: string
  readonly gone: string
  readonly changed: string
  readonly why: string
  readonly overrideReason: string
  readonly askedBy: string
  readonly actors: Readonly<Record<string, string>>
  readonly order: string
  readonly ticket: string
  readonly buyer: string
  readonly titleInFull: string
  readonly fullHint: string
  readonly remark: string
  readonly fields: Readonly<Record<FixField, string>>
  readonly checks: string
  readonly checksPassed: (count: number, version: string) => string
  readonly document: string
  readonly noDocument: string
  readonly diff: string
  readonly noDiff: string
  readonly history: string
  readonly states: Readonly<Record<InvoiceRequestView['state'], string>>
  readonly decide: string
  readonly approve: string
  readonly reject: string
  readonly rejectHeading: string
  readonly rejectFields: string
  readonly rejectFieldsHint: string
  readonly note: string
  readonly noteHint: string
  readonly noteMissing: string
  readonly confirmReject: string
  readonly cancel: string
  readonly stepUpHeading: string
  readonly stepUpHint: string
  readonly stepUpConfirm: string
  readonly approved: (name: string) => string
  readonly rejected: (name: string) => string
  readonly readOnly: string
  readonly accounts: string
  readonly locked: (until: string) => string
  readonly disabled: string
  readonly unlock: string
  readonly unlocked: (login: string) => string
  readonly lastLogin: (time: string) => string
  readonly never: string
  readonly report: string
  readonly reportMonth: string
  readonly reportRefresh: string
  readonly reportCsv: string
  readonly reportReadAt: (time: string) => string
  readonly reportEmpty: string
  readonly reportColumns: Readonly<Record<ReportColumn, string>>
  readonly reportTotal: string
  readonly colours: Readonly<Record<ReportRow['colour'], string>>
}

type ReportColumn = 'shop' | 'kind' | 'colour' | 'rate' | 'count' | 'net' | 'tax' | 'gross'

const zhCN: ConsoleTexts = {
  title: '开票后台',
  logInHeading: '登录开票后台',
  login: '账号',
  password: '密码',
  code: '动态验证码',
  codeHint: '验证器上的 6 位数字；手机不在身边时可用恢复码',
  next: '下一步',
  codeHeading: '输入动态验证码',
  codeFor: (login) => `正在登录 ${login}`,
  logIn: '登录',
  startAgain: '换一个账号',
  tookTooLong: '登录用时过长，请重新输入密码。',
  passwordWrong: '账号或密码不正确。',
  codeWrong: '验证码不正确或已用过，请用下一个。',
  missing: '请填写此项。',
  lockedFor: (minutes) => `账号已锁定，约 ${minutes} 分钟后解除。店铺管理员可以在后台立即解锁。`,
  ended: '登录已失效，请重新登录。',
  logOut: '退出',
  entering: '正在打开后台',
  logIns: '我的登录',
  logInsHint: '不认识的请立即退出，并修改密码。',
  thisOne: '当前',
  isOver: '已退出',
  lastUsed: (time) => `最近使用 ${time}`,
  signedIn: (time) => `登录于 ${time}`,
  endOne: '退出此设备',
  endAll: '全部退出',
  endedOne: '已退出该设备。',
  unknownDevice: '未知设备',
  roles: {
    agent: '客服',
    senior_agent: '客服主管',
    finance: '财务',
    auditor: '审计',
    ops: '运维',
    shop_admin: '店铺管理员',
  },
  noDesk: '您的岗位没有需要在这里处理的事项。',
  queue: '待审核',
  count: (count) => `${count} 项`,
  queueEmpty: '没有待审核的事项。新的申请会自动出现在这里。',
  kinds: { request: '开票', reissue: '换开' },
  reasons: {
    amount: '金额较大',
    special: '专用发票',
    typed_order: '手工录入的订单',
    deadline_passed: '已过自助期限',
    refund: '退款引起的红冲',
    used_by_buyer: '购方已用于抵扣或入账',
  },
  dueIn: (left) => `剩 ${left}`,
  overdue: (left) => `已超时 ${left}`,
  hours: (hours, minutes) => (hours === 0 ? `${minutes} 分钟` : `${hours} 小时 ${minutes} 分`),
  days: (days, hours) => `${days} 天 ${hours} 小时`,
  own: '本人提交',
  ownHint: '这是您本人提交的，须由其他财务人员审核。',
  pick: '从左侧选择一项，在这里核对并处理。',
  back: '返回列表',
  gone: '这一项已处理完毕。',
  changed: '内容在您查看期间发生了变化，已更新。请重新核对后再决定。',
  why: '需要审核，因为',
  overrideReason: '申请人说明',
  askedBy: '提交人',
  actors: {
    agent: '客服',
    customer: '顾客',
    merchant: '商户系统',
    worker: '系统',
    operator: '运维',
    staff: '员工',
  },
  order: '订单',
  ticket: '申请编号',
  buyer: '购方',
  titleInFull: '购方信息',
  fullHint: '完整显示；查看已记入审计日志',
  remark: '备注',
  fields: {
    name: '名称',
    taxId: '税号',
    email: '邮箱',
    phone: '手机',
    address: '地址',
    companyPhone: '电话',
    bankName: '开户行',
    bankAccount: '银行账号',
    remark: '备注',
  },
  checks: '检查',
  checksPassed: (count, version) => `${count} 项规则全部通过（规则版本 ${version}）`,
  document: '将开出',
  noDocument: '订单已变化，按现在的订单无法开出所申请的金额。',
  diff: '改动',
  noDiff: '首次开票，没有改动。',
  history: '经过',
  states: {
    submitted: '已提交',
    in_review: '待审核',
    approved: '已通过',
    rejected: '已驳回',
    queued: '待开票',
    held: '暂缓',
    issuing: '开票中',
    in_doubt: '核实中',
    issued: '已开具',
    withdrawn: '已撤回',
  },
  decide: '处理',
  approve: '通过',
  reject: '驳回',
  rejectHeading: '驳回原因',
  rejectFields: '哪里不对',
  rejectFieldsHint: '选中的内容会让申请人只改这几项，改后回到同一申请；不选则直接结束。',
  note: '说明',
  noteHint: '申请人会看到这句话',
  noteMissing: '请写明原因。',
  confirmReject: '确认驳回',
  cancel: '取消',
  stepUpHeading: '请再次输入动态验证码',
  stepUpHint: '5 分钟内不再询问。登录时用过的验证码不能再用，请等下一个。',
  stepUpConfirm: '验证并继续',
  approved: (name) => `已通过：${name}`,
  rejected: (name) => `已驳回：${name}`,
  readOnly: '您可以查看，审核由财务进行。',
  accounts: '员工账号',
  locked: (until) => `已锁定，至 ${until}`,
  disabled: '已停用',
  unlock: '解锁',
  unlocked: (login) => `${login} 已解锁`,
  lastLogin: (time) => `上次登录 ${time}`,
  never: '从未登录',
  report: '月度报表',
  reportMonth: '月份',
  reportRefresh: '刷新',
  reportCsv: '下载 CSV',
  reportReadAt: (time) => `截至 ${time}，红字为负数`,
  reportEmpty: '这个月没有开具发票。',
  reportColumns: {
    shop: '店铺',
    kind: '种类',
    colour: '红蓝',
    rate: '税率',
    count: '份数',
    net: '不含税金额',
    tax: '税额',
    gross: '价税合计',
  },
  reportTotal: '合计',
  colours: { blue: '蓝字', red: '红字' },
}

const en: ConsoleTexts = {
  title: 'Invoice console',
  logInHeading: 'Sign in to the console',
  login: 'Account',
  password: 'Password',
  code: 'Authenticator code',
  codeHint: 'The 6 digits of your authenticator; a recovery code will do as well',
  next: 'Next',
  codeHeading: 'Enter the code',
  codeFor: (login) => `Signing in as ${login}`,
  logIn: 'Sign in',
  startAgain: 'Use another account',
  tookTooLong: 'Signing in took too long. Please enter your password again.',
  passwordWrong: 'Account or password is not right.',
  codeWrong: 'The code is wrong or was used before. Please take the next one.',
  missing: 'Please fill this in.',
  lockedFor: (minutes) =>
    `The account is locked for about ${minutes} min. A shop admin can unlock it at once in the console.`,
  ended: 'Your session has ended. Please sign in again.',
  logOut: 'Sign out',
  entering: 'Opening the console',
  logIns: 'Where you are signed in',
  logInsHint: 'Sign out what you do not recognise, and change your password.',
  thisOne: 'This one',
  isOver: 'Signed out',
  lastUsed: (time) => `Last used ${time}`,
  signedIn: (time) => `Signed in ${time}`,
  endOne: 'Sign it out',
  endAll: 'Sign out everywhere',
  endedOne: 'That device is signed out.',
  unknownDevice: 'Unknown device',
  roles: {
    agent: 'Agent',
    senior_agent: 'Senior agent',
    finance: 'Finance',
    auditor: 'Auditor',
    ops: 'Operations',
    shop_admin: 'Shop admin',
  },
  noDesk: 'There is nothing for your role to do here.',
  queue: 'To review',
  count: (count) => (count === 1 ? '1 item' : `${count} items`),
  queueEmpty: 'Nothing waits for review. New requests appear here by themselves.',
  kinds: { request: 'Invoice', reissue: 'Reissue' },
  reasons: {
    amount: 'Large amount',
    special: 'Special VAT invoice',
    typed_order: 'Order entered by hand',
    deadline_passed: 'Self-service deadline passed',
    refund: 'Correction after a refund',
    used_by_buyer: 'Used or booked by the buyer',
  },
  dueIn: (left) => `${left} left`,
  overdue: (left) => `${left} overdue`,
  hours: (hours, minutes) => (hours === 0 ? `${minutes} min` : `${hours} h ${minutes} min`),
  days: (days, hours) => `${days} d ${hours} h`,
  own: 'Yours',
  ownHint: 'You asked for this yourself: a colleague has to review it.',
  pick: 'Choose an item from the list to check and decide it here.',
  back: 'Back to the list',
  gone: 'This item has been dealt with.',
  changed: 'It changed while you were looking and is shown anew. Please check it again before you decide.',
  why: 'Needs review because',
  overrideReason: 'In the requester’s words',
  askedBy: 'Requested by',
  actors: {
    agent: 'Agent',
    customer: 'Customer',
    merchant: 'Merchant system',
    worker: 'System',
    operator: 'Operator',
    staff: 'Staff',
  },
  order: 'Order',
  ticket: 'Request',
  buyer: 'Buyer',
  titleInFull: 'Buyer in full',
  fullHint: 'Reading it is kept in the audit log',
  remark: 'Remark',
  fields: {
    name: 'Name',
    taxId: 'Tax id',
    email: 'E-mail',
    phone: 'Mobile',
    address: 'Address',
    companyPhone: 'Phone',
    bankName: 'Bank',
    bankAccount: 'Bank account',
    remark: 'Remark',
  },
  checks: 'Checks',
  checksPassed: (count, version) => `All ${count} rules pass (edition ${version})`,
  document: 'Will be issued',
  noDocument: 'The order has changed and no longer carries the amount that was asked for.',
  diff: 'Changes',
  noDiff: 'A first invoice: nothing changes.',
  history: 'History',
  states: {
    submitted: 'Submitted',
    in_review: 'In review',
    approved: 'Approved',
    rejected: 'Rejected',
    queued: 'Queued',
    held: 'On hold',
    issuing: 'Issuing',
    in_doubt: 'Being verified',
    issued: 'Issued',
    withdrawn: 'Withdrawn',
  },
  decide: 'Decision',
  approve: 'Approve',
  reject: 'Reject',
  rejectHeading: 'Why it is rejected',
  rejectFields: 'What is wrong',
  rejectFieldsHint:
    'The requester is asked for just these and the same request comes back. With none it ends here.',
  note: 'Note',
  noteHint: 'The requester reads this sentence',
  noteMissing: 'Please say why.',
  confirmReject: 'Reject',
  cancel: 'Cancel',
  stepUpHeading: 'Your authenticator code, once more',
  stepUpHint:
    'Not asked again for 5 minutes. A code used for signing in does not count: wait for the next one.',
  stepUpConfirm: 'Verify and go on',
  approved: (name) => `Approved: ${name}`,
  rejected: (name) => `Rejected: ${name}`,
  readOnly: 'You can look at it; finance decides.',
  accounts: 'Accounts',
  locked: (until) => `Locked until ${until}`,
  disabled: 'Disabled',
  unlock: 'Unlock',
  unlocked: (login) => `${login} is unlocked`,
  lastLogin: (time) => `Last signed in ${time}`,
  never: 'Never signed in',
  report: 'Month report',
  reportMonth: 'Month',
  reportRefresh: 'Refresh',
  reportCsv: 'Download CSV',
  reportReadAt: (time) => `As of ${time}; red invoices are negative`,
  reportEmpty: 'Nothing was issued in this month.',
  reportColumns: {
    shop: 'Shop',
    kind: 'Kind',
    colour: 'Colour',
    rate: 'Rate',
    count: 'Documents',
    net: 'Net',
    tax: 'Tax',
    gross: 'Gross',
  },
  reportTotal: 'Total',
  colours: { blue: 'Blue', red: 'Red' },
}

const TABLES: Readonly<Record<Locale, ConsoleTexts>> = { 'zh-CN': zhCN, en }

export const useConsoleTexts = (): ConsoleTexts => TABLES[useWords().locale]
