import type { NextAction } from '../../server/contract/orders.ts'
import { useWords } from './locale.tsx'
import type { Locale } from './texts.ts'

/** The words of the agent's panel, which customers never load. */
type SidebarTexts = {
  readonly title: string
  readonly orderLabel: string
  readonly orderHint: string
  readonly orderEmpty: string
  readonly find: string
  readonly findAnother: string
  readonly foundAs: (number: string) => string
  readonly offered: (number: string) => string
  readonly chooseHeading: (number: string) => string
  readonly buyer: string
  readonly buyerPhone: string
  readonly buyerEmail: string
  readonly buyerAddress: string
  readonly confirm: string
  readonly keep: string
  readonly reveal: string
  readonly invoiceable: string
  readonly revealReason: string
  readonly revealHint: string
  readonly revealSubmit: string
  readonly revealsLeft: (count: number) => string
  readonly hide: string
  readonly send: string
  readonly sent: string
  readonly sentNow: string
  readonly sendRefused: string
  readonly sendUnconfirmed: string
  readonly sendOutdated: string
  readonly copyText: string
  readonly handOver: string
  readonly handOverHint: string
  readonly handOverUntil: (date: string) => string
  readonly qrAlt: string
  readonly insertLink: string
  readonly sendLink: string
  readonly linkTitle: string
  readonly linkAbout: string
  readonly linkText: (url: string) => string
  readonly today: (count: number) => string
  readonly todayEmpty: string
  readonly sessionEnded: string
  readonly noToken: string
  readonly codeHeading: string
  readonly codeIntro: string
  readonly codeNoTalk: string
  readonly codeSend: string
  readonly codeSent: string
  readonly code: string
  readonly codeEmpty: string
  readonly codeWrong: string
  readonly codeEnter: string
  readonly codeAgain: string
  readonly nextStep: string
  readonly nextActions: Readonly<Record<NextAction, (date: string | null) => string>>
  readonly newRequest: string
  readonly invoices: string
  readonly stale: (amount: string) => string
  readonly staleNext: string
  readonly refundOpen: string
  readonly backToInvoice: string
}

const zhCN: SidebarTexts = {
  title: '开票侧栏',
  orderLabel: '订单号',
  orderHint: '可粘贴带订单号的整句话',
  orderEmpty: '请输入订单号。',
  find: '查询',
  findAnother: '查询其他订单',
  foundAs: (number) => `识别为 ${number}`,
  offered: (number) => `查询对话里的 ${number}`,
  chooseHeading: (number) => `${number} 在多个店铺里都有，请选择`,
  buyer: '买家',
  buyerPhone: '手机',
  buyerEmail: '邮箱',
  buyerAddress: '地址',
  confirm: '确认开票',
  keep: '返回修改',
  reveal: '显示',
  invoiceable: '可开',
  revealReason: '查看原因',
  revealHint: '原因会写入审计记录',
  revealSubmit: '显示完整信息',
  revealsLeft: (count) => `今天还可查看 ${count} 次`,
  hide: '隐藏',
  send: '发送给客户',
  sent: '已放入回复框，请检查后发送。',
  sentNow: '已发送给客户。',
  sendRefused: '对话已切换，没有放入回复框。',
  sendUnconfirmed: '没有收到客服台的确认，可复制下面的话术。',
  sendOutdated: '状态刚刚变了，已更新，请再点一次。',
  copyText: '复制话术',
  handOver: '让客户自己开',
  handOverHint: '把链接或二维码发给客户，客户自己填写抬头。',
  handOverUntil: (date) => `${date} 前有效`,
  qrAlt: '客户开票二维码',
  insertLink: '放入回复框',
  sendLink: '发送链接卡片',
  linkTitle: '自助开票',
  linkAbout: '点开填写抬头，几分钟内开好。',
  linkText: (url) => `您可以打开这个链接自助开票：${url}`,
  today: (count) => `我今天的申请（${count}）`,
  todayEmpty: '今天还没有申请。',
  sessionEnded: '会话已过期，已填写的内容还在。请在客服台重新打开侧栏。',
  noToken: '请从客服台打开此侧栏。',
  codeHeading: '确认客服身份',
  codeIntro: '验证码会写进当前会话的私密备注，只有客服看得到。',
  codeNoTalk: '请先在客服台打开一个会话。',
  codeSend: '发送验证码',
  codeSent: '已写入私密备注，10 分钟内有效。没有看到？请确认这个会话属于本店绑定的账户。',
  code: '验证码',
  codeEmpty: '请输入 6 位数字。',
  codeWrong: '验证码不正确或已过期，错 5 次后需要重新发送。',
  codeEnter: '进入',
  codeAgain: '重新发送',
  nextStep: '下一步',
  nextActions: {
    request_invoice: () => '可以开票。',
    pay_order: () => '请客户先付款，付款后即可开票。',
    come_back_later: (date) => (date === null ? '处理完成后再来开票。' : `请在 ${date} 以后再来开票。`),
    download_invoice: () => '已开具，可直接把发票发给客户。',
    see_request: () => '正在开票，看下面的进度即可。',
    contact_service: () => '需要转主管或财务处理。',
    order_again: () => '需要商品请客户重新下单。',
    none: () => '无需操作。',
  },
  newRequest: '重新申请',
  invoices: '已开发票',
  stale: (amount) => `退款完成后，发票金额已超出 ${amount} 元`,
  staleNext: '更正方案会自动拟好，等财务审核；客服不能批准或执行。',
  refundOpen: '退款处理中：退款完成前发票不变，完成后会自动提示更正。',
  backToInvoice: '返回这张发票',
}

const en: SidebarTexts = {
  title: 'Invoice panel',
  orderLabel: 'Order number',
  orderHint: 'A whole sentence with the number will do',
  orderEmpty: 'Please enter an order number.',
  find: 'Find',
  findAnother: 'Find another order',
  foundAs: (number) => `Read as ${number}`,
  offered: (number) => `Find ${number} from the conversation`,
  chooseHeading: (number) => `${number} exists in several shops: choose one`,
  buyer: 'Buyer',
  buyerPhone: 'Phone',
  buyerEmail: 'E-mail',
  buyerAddress: 'Address',
  confirm: 'Issue the invoice',
  keep: 'Back to the form',
  reveal: 'Show',
  invoiceable: 'left',
  revealReason: 'Reason',
  revealHint: 'The reason is kept in the audit log',
  revealSubmit: 'Show full details',
  revealsLeft: (count) => `${count} more today`,
  hide: 'Hide',
  send: 'Send to customer',
  sent: 'It is in the reply box. Check it, then send.',
  sentNow: 'Sent to the customer.',
  sendRefused: 'Another conversation is open: nothing was inserted.',
  sendUnconfirmed: 'The console did not confirm. You can copy the text below.',
  sendOutdated: 'The state has just changed and was updated. Please press again.',
  copyText: 'Copy the text',
  handOver: 'Let the customer do it',
  handOverHint: 'Send the link or the QR code: the customer fills in the title.',
  handOverUntil: (date) => `Valid until ${date}`,
  qrAlt: 'QR code for the customer',
  insertLink: 'Put into the reply box',
  sendLink: 'Send a link card',
  linkTitle: 'Your invoice',
  linkAbout: 'Open it, fill in the title, and it is issued.',
  linkText: (url) => `You can ask for your invoice here: ${url}`,
  today: (count) => `My requests today (${count})`,
  todayEmpty: 'No requests yet today.',
  sessionEnded: 'The session has ended; what you typed is still here. Reopen the panel in your console.',
  noToken: 'Open this panel from your chat console.',
  codeHeading: 'Confirm that it is you',
  codeIntro: 'A code comes as a private note in this conversation, where agents alone can read it.',
  codeNoTalk: 'Open a conversation in your console first.',
  codeSend: 'Send the code',
  codeSent:
    'It is in a private note and good for 10 minutes. Not there? Check that the conversation is in the account this shop registered.',
  code: 'Code',
  codeEmpty: 'Please enter six digits.',
  codeWrong: 'The code is wrong or over. After five wrong ones a new one is needed.',
  codeEnter: 'Open the panel',
  codeAgain: 'Send another',
  nextStep: 'Next step',
  nextActions: {
    request_invoice: () => 'An invoice can be issued.',
    pay_order: () => 'Ask the customer to pay first; then it can be invoiced.',
    come_back_later: (date) => (date === null ? 'Come back when it is settled.' : `Come back after ${date}.`),
    download_invoice: () => 'Issued already: send the invoice to the customer.',
    see_request: () => 'Being issued: follow the progress below.',
    contact_service: () => 'Hand it to a senior agent or to finance.',
    order_again: () => 'The customer has to order again.',
    none: () => 'Nothing to do.',
  },
  newRequest: 'Ask again',
  invoices: 'Invoices',
  stale: (amount) => `After the refund the invoice is ¥${amount} too high`,
  staleNext: 'A correction is drafted by itself and waits for finance; agents cannot approve it.',
  refundOpen: 'Refund in progress: the invoice stays as it is until the refund is completed.',
  backToInvoice: 'Back to the invoice',
}

const TABLES: Readonly<Record<Locale, SidebarTexts>> = { 'zh-CN': zhCN, en }

export const useSidebarTexts = (): SidebarTexts => TABLES[useWords().locale]
