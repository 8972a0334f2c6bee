import type { FaultName } from './faults.ts'
import type { FormState } from './forms.ts'
import type { ChannelState, Usage } from './records.ts'
import type { Profile } from './settings.ts'

export const LANGS = ['zh', 'en'] as const
export type Lang = (typeof LANGS)[number]

type Words = readonly [zh: string, en: string]

/** What the desk says, in both languages. */
const WORDS = {
  title: ['模拟税局', 'Bureau simulator'],
  note: ['演示环境：开出的发票没有法律效力。', 'Demo only: nothing that is issued here has legal force.'],
  refresh: ['刷新', 'Refresh'],
  clock: ['税局时间', 'Bureau clock'],
  clock_hint: [
    '只能向前拨：72 小时未确认的红字确认单随之失效。',
    'It only moves ahead: forms lapse after 72 hours.',
  ],
  hour: ['+1 小时', '+1 hour'],
  day: ['+24 小时', '+24 hours'],
  three_days: ['+72 小时', '+72 hours'],
  month: ['+31 天', '+31 days'],
  forms: ['红字信息确认单', 'Red forms'],
  forms_hint: ['在这里扮演购买方：同意或拒绝。', 'Play the buyer here: agree or refuse.'],
  no_forms: ['还没有红字信息确认单。', 'No red form yet.'],
  confirm: ['购方同意', 'Buyer agrees'],
  refuse: ['购方拒绝', 'Buyer refuses'],
  void: ['作废', 'Void'],
  until: ['截止', 'until'],
  invoices: ['发票台账', 'Ledger'],
  invoices_hint: [
    '用途确认或入账之后，红冲需要购方同意。',
    'Once the buyer has deducted or booked an invoice, a red needs the consent of the buyer.',
  ],
  no_invoices: ['还没有收到开票申请。', 'No sheet has come in yet.'],
  deduct: ['用途确认', 'Mark deducted'],
  book: ['入账', 'Mark booked'],
  unuse: ['撤销用途', 'Undo use'],
  accounts: ['开票账户', 'Accounts'],
  no_accounts: ['还没有账户：第一张申请会建立账户。', 'No account yet: the first sheet makes one.'],
  login_expired: ['下线 1101', 'Offline 1101'],
  face: ['刷脸 1102', 'Face 1102'],
  sms: ['短信 420', 'SMS 420'],
  online: ['恢复在线', 'Back online'],
  all_accounts: ['全部账户', 'All accounts'],
  all_offline: ['全部下线', 'All offline'],
  all_online: ['全部恢复', 'All online'],
  line: ['额度（分）', 'Line (fen)'],
  set: ['设置', 'Set'],
  channel: ['通道', 'Channel'],
  latency: ['延迟 ms', 'Latency ms'],
  red_delay: ['红票开具 ms', 'Red issued after ms'],
  async_share: ['异步受理 0–1', 'Only accepted at first 0–1'],
  query_errors: ['查询故障 0–1', 'Failing queries 0–1'],
  profile: ['能力', 'Profile'],
  fail_next: ['下次故障', 'Fail next'],
  fault: ['故障', 'Fault'],
  call: ['调用', 'Call'],
  times: ['次数', 'Times'],
  pending: ['待触发', 'Pending'],
  none: ['无', 'none'],
  shares: ['故障比例 %', 'Shares of faults, %'],
  callbacks: ['回调', 'Callbacks'],
  no_callbacks: ['没有配置回调地址。', 'No callback address is set.'],
  callback_delay: ['延迟 ms', 'Late by ms'],
  callback_lost: ['丢失 0–1', 'Lost 0–1'],
  callback_twice: ['重复 0–1', 'Twice 0–1'],
  callback_overtaken: ['乱序 0–1', 'Out of order 0–1'],
  scan_title: ['模拟扫码认证', 'Scan to log in'],
  scan_confirm: ['确认登录 / 刷脸通过', 'Confirm login'],
  time: ['时间', 'Time'],
  serial: ['流水号', 'Serial'],
  state: ['状态', 'State'],
  number: ['发票号码', 'Number'],
  form_number: ['确认单编号', 'Form'],
  blue_number: ['蓝字发票', 'Blue'],
  red_number: ['红字发票', 'Red'],
  reason: ['原因', 'Reason'],
  orders: ['订单', 'Orders'],
  buyer: ['购买方', 'Buyer'],
  gross: ['价税合计', 'Gross'],
  tax_id: ['税号', 'Tax id'],
  login: ['登录', 'Login'],
  credit: ['额度', 'Line'],
  used: ['已用', 'Used'],
  free: ['可用', 'Free'],
  acts: ['操作', 'Acts'],
  accepted: ['开票中', 'accepted'],
  issued: ['已开具', 'issued'],
  rejected: ['拒绝', 'rejected'],
  reversed: ['已红冲', 'reversed'],
} as const satisfies Record<string, Words>

const CHANNELS: Readonly<Record<ChannelState, Words>> = {
  online: ['在线', 'online'],
  1101: ['登录失效', 'login expired'],
  1102: ['需实人认证', 'face needed'],
  420: ['需短信登录', 'SMS needed'],
  430: ['需人脸登录', 'face login needed'],
}

const FORM_STATES: Readonly<Record<FormState, Words>> = {
  '01': ['无需确认', 'no consent needed'],
  '02': ['待购方确认', 'waiting for the buyer'],
  '04': ['购销双方已确认', 'agreed'],
  '05': ['购方否认', 'refused by the buyer'],
  '07': ['超时未确认', 'lapsed'],
  '08': ['发起方已撤销', 'taken back'],
  '10': ['异常凭证作废', 'voided'],
  '15': ['申请中', 'being applied for'],
}

const REASONS: Readonly<Record<string, Words>> = {
  '01': ['开票有误', 'mistake'],
  '02': ['销货退回', 'return'],
  '03': ['服务中止', 'service ended'],
  '04': ['销售折让', 'allowance'],
}

const USAGES: Readonly<Record<Usage, Words>> = {
  none: ['未使用', 'unused'],
  deducted: ['已用途确认', 'deducted'],
  booked: ['已入账', 'booked'],
}

const PROFILES: Readonly<Record<Profile, Words>> = {
  full: ['完整', 'full'],
  no_partial: ['仅全额红冲', 'no partial red'],
  no_ofd: ['无 OFD', 'no OFD'],
  no_merge: ['不可合并', 'no merge'],
}

const FAULTS: Readonly<Record<FaultName, Words>> = {
  timeout_issued: ['超时，已开具', 'timeout, issued'],
  timeout_lost: ['超时，未受理', 'timeout, lost'],
  error_issued: ['500，已开具', '500, issued'],
  error_lost: ['500，未受理', '500, lost'],
  reset_issued: ['断线，已开具', 'reset, issued'],
  reset_lost: ['断线，未受理', 'reset, lost'],
  garbled_issued: ['乱码，已开具', 'garbled, issued'],
  busy: ['429 繁忙', '429 busy'],
}

export type Say = ReturnType<typeof createSay>

export function createSay(lang: Lang) {
  const pick = (words: Words | undefined): string => words?.[lang === 'zh' ? 0 : 1] ?? ''
  return {
    lang,
    word: (key: keyof typeof WORDS): string => pick(WORDS[key]),
    channel: (state: ChannelState): string => pick(CHANNELS[state]),
    form: (state: FormState): string => pick(FORM_STATES[state]),
    reason: (code: string): string => pick(REASONS[code]),
    usage: (usage: Usage): string => pick(USAGES[usage]),
    profile: (profile: Profile): string => pick(PROFILES[profile]),
    fault: (name: FaultName): string => pick(FAULTS[name]),
  }
}
