import type { FixField } from '../../server/contract/invoicing.ts'
import { useWords } from './locale.tsx'
import type { Locale } from './texts.ts'

/** The words of the screens that come after the first one, and with their script. */
export type LaterTexts = {
  readonly edit: string
  readonly doubtAsked: (count: number) => string
  readonly doubtNext: (time: string) => string
  readonly doubtSchedule: (times: string) => string
  readonly seconds: (count: number) => string
  readonly minutes: (count: number) => string
  readonly fixHeading: string
  readonly fixIntro: string
  readonly fixSubmit: string
  readonly fixFields: Readonly<Record<FixField, string>>
  readonly fixNow: (value: string) => string
  readonly fixEmpty: string
  readonly siblings: string
  readonly mergeHint: string
  readonly mergePick: (number: string) => string
  readonly mergeButton: (count: number) => string
  readonly mergeTotal: (count: number) => string
  readonly mergeTax: (tax: string) => string
  readonly mergeCent: (sum: string, onTotal: string) => string
  readonly mergeHeading: string
  readonly mergeParts: (count: number) => string
  readonly mergedOrders: string
  readonly overrideHeading: string
  readonly overrideIntro: (date: string | null) => string
  readonly overrideReason: string
  readonly overrideHint: string
  readonly overrideNote: string
}

const zhCN: LaterTexts = {
  edit: '修改',
  doubtAsked: (count) => `已核实 ${count} 次，还没有确定的结果。`,
  doubtNext: (time) => `下次核实：${time}`,
  doubtSchedule: (times) => `核实间隔依次为 ${times}，直到有结果。`,
  seconds: (count) => `${count} 秒`,
  minutes: (count) => `${count} 分钟`,
  fixHeading: '只需修改这里',
  fixIntro: '其他内容都保留，改好后原申请自动继续。',
  fixSubmit: '提交修改',
  fixFields: {
    name: '名称',
    taxId: '税号',
    email: '接收邮箱',
    phone: '接收手机',
    address: '地址',
    companyPhone: '电话',
    bankName: '开户行',
    bankAccount: '账号',
    remark: '备注',
  },
  fixNow: (value) => `原来填的是 ${value}`,
  fixEmpty: '请填写这一项。',
  siblings: '同次申请',
  mergeHint: '勾选多个订单，可以合并开一张发票。',
  mergePick: (number) => `合并 ${number}`,
  mergeButton: (count) => `合并开票（${count} 个订单）`,
  mergeTotal: (count) => `${count} 个订单合计`,
  mergeTax: (tax) => `其中税额 ${tax}`,
  mergeCent: (sum, onTotal) =>
    `税额按每行分别计算后相加，为 ${sum}；若按合计计算则为 ${onTotal}，差一分属正常。`,
  mergeHeading: '合并开票',
  mergeParts: (count) => `超过单张限额，将开成 ${count} 张发票。`,
  mergedOrders: '合并的订单',
  overrideHeading: '超期补开',
  overrideIntro: (date) =>
    date === null ? '已过自助开票期限，补开须由财务批准。' : `自助开票已于 ${date} 截止，补开须由财务批准。`,
  overrideReason: '补开原因',
  overrideHint: '财务会看到，并随申请保存',
  overrideNote: '补开原因',
}

const en: LaterTexts = {
  edit: 'Edit',
  doubtAsked: (count) =>
    count === 1 ? 'Asked once, no certain answer yet.' : `Asked ${count} times, no certain answer yet.`,
  doubtNext: (time) => `Asked again at ${time}`,
  doubtSchedule: (times) => `It is asked after ${times}, until there is an answer.`,
  seconds: (count) => `${count} s`,
  minutes: (count) => `${count} min`,
  fixHeading: 'Only this has to be corrected',
  fixIntro: 'Everything else is kept. The same request then goes on.',
  fixSubmit: 'Submit the correction',
  fixFields: {
    name: 'Name',
    taxId: 'Tax ID',
    email: 'E-mail',
    phone: 'Mobile phone',
    address: 'Address',
    companyPhone: 'Phone',
    bankName: 'Bank',
    bankAccount: 'Account',
    remark: 'Remark',
  },
  fixNow: (value) => `It was ${value}`,
  fixEmpty: 'Please fill this in.',
  siblings: 'Asked together',
  mergeHint: 'Tick several orders to get one invoice for all of them.',
  mergePick: (number) => `Merge ${number}`,
  mergeButton: (count) => `One invoice for ${count} orders`,
  mergeTotal: (count) => `${count} orders together`,
  mergeTax: (tax) => `of which tax ${tax}`,
  mergeCent: (sum, onTotal) =>
    `Tax is computed line by line and added up: ${sum}. On the total it would be ${onTotal}; the cent is as it should be.`,
  mergeHeading: 'One invoice for several orders',
  mergeParts: (count) => `It is above the limit of one invoice: ${count} invoices will be issued.`,
  mergedOrders: 'Orders together',
  overrideHeading: 'Past the deadline',
  overrideIntro: (date) =>
    date === null
      ? 'The self-service period is over: finance has to approve.'
      : `The self-service period ended on ${date}: finance has to approve.`,
  overrideReason: 'Reason',
  overrideHint: 'Finance reads it; it is kept with the request',
  overrideNote: 'Reason',
}

const TABLES: Readonly<Record<Locale, LaterTexts>> = { 'zh-CN': zhCN, en }

export const useLaterTexts = (): LaterTexts => TABLES[useWords().locale]
