import type { InvoiceMailKind } from './invoice-mail.ts'

export type MailFacts = {
  readonly seller: string
  /** Of the invoice the mail is about: the new blue of a reissue, a red that comes alone. */
  readonly number: string
  readonly amount: string
  /** Number of the red, what it takes back without its sign, and from which blue; empty where none came. */
  readonly red: string
  readonly taken: string
  readonly old: string
}

export type InvoiceMailWords = {
  readonly subject: (facts: MailFacts, kind: InvoiceMailKind) => string
  readonly lead: (facts: MailFacts, kind: InvoiceMailKind) => string
  readonly kinds: Readonly<Record<'ordinary' | 'special', Readonly<Record<'blue' | 'red', string>>>>
  readonly total: string
  readonly number: string
  readonly issuedOn: string
  readonly seller: string
  readonly buyer: string
  readonly files: string
  readonly open: string
  readonly reissueHint: string
  readonly verify: string
  readonly footer: string
  readonly demoMark: string
  readonly demoNotice: string
  readonly colon: string
  readonly comma: string
}

const zh: InvoiceMailWords = {
  subject: ({ seller, number, amount, red, taken }, kind) => {
    const subject = {
      blue: '电子发票',
      partly_void: '已部分红冲的发票',
      void: '已红冲的发票',
      red: '红字发票',
      reissue: '换开发票',
    }[kind]
    return `${seller} ${subject} ${number} ${amount}${kind === 'reissue' ? `，红字 ${red} -${taken}` : ''}`
  },
  lead: ({ number, amount, red, taken, old }, kind) =>
    ({
      blue: '您好，您的电子发票已开具，文件见附件。',
      partly_void: `您好，发票 ${number} 见附件。其中一部分已红冲，请与红字发票一并入账。`,
      void: `您好，发票 ${number} 见附件。它已红冲，不再有效，请勿单独入账。`,
      red: `您好，您的发票 ${old} 已红冲 ${taken}，红字发票 ${red} 见附件。`,
      reissue: `您好，您的发票已换开：原发票 ${old} 已由红字发票 ${red} 冲销 ${taken}，不再有效；新发票 ${number}（${amount}）见附件，请以新发票入账。`,
    })[kind],
  kinds: {
    ordinary: { blue: '电子发票（普通发票）', red: '红字电子发票（普通发票）' },
    special: { blue: '电子发票（增值税专用发票）', red: '红字电子发票（增值税专用发票）' },
  },
  total: '价税合计',
  number: '发票号码',
  issuedOn: '开票日期',
  seller: '销售方',
  buyer: '购买方',
  files: '附件',
  open: '查看和下载发票',
  reissueHint: '抬头有误？在发票页面即可申请换开，无需退货。',
  verify: '发票查验',
  footer: '本邮件由系统自动发送，请勿直接回复。如非本人申请，请忽略并删除。',
  demoMark: '【演示】',
  demoNotice: '演示发票，不是有效的税务凭证。',
  colon: '：',
  comma: '、',
}

const en: InvoiceMailWords = {
  subject: ({ seller, number, amount, red, taken }, kind) => {
    const subject = {
      blue: 'Invoice',
      partly_void: 'Partly reversed invoice',
      void: 'Reversed invoice',
      red: 'Red invoice',
      reissue: 'Reissued invoice',
    }[kind]
    return `${subject} ${number} ${amount} from ${seller}${kind === 'reissue' ? `, red ${red} -${taken}` : ''}`
  },
  lead: ({ number, amount, red, taken, old }, kind) =>
    ({
      blue: 'Your invoice has been issued. The files are attached.',
      partly_void: `Invoice ${number} is attached. A part of it was reversed: please book it together with the red invoice.`,
      void: `Invoice ${number} is attached. It was reversed and is no longer valid: please do not book it alone.`,
      red: `${taken} of your invoice ${old} has been reversed. The red invoice ${red} is attached.`,
      reissue: `Your invoice has been reissued: ${old} was reversed by red invoice ${red} (${taken}) and is no longer valid. Please book the new invoice ${number} (${amount}), which is attached.`,
    })[kind],
  kinds: {
    ordinary: { blue: 'E-invoice (ordinary)', red: 'Red e-invoice (ordinary)' },
    special: { blue: 'E-invoice (special VAT)', red: 'Red e-invoice (special VAT)' },
  },
  total: 'Total with tax',
  number: 'Invoice number',
  issuedOn: 'Issued on',
  seller: 'Seller',
  buyer: 'Buyer',
  files: 'Attached',
  open: 'View and download',
  reissueHint: 'Wrong title? Ask for a reissue on the invoice page; nothing has to be returned.',
  verify: 'Verify an invoice',
  footer: 'This is an automatic message, please do not reply. If you did not ask for it, please delete it.',
  demoMark: '[Demo] ',
  demoNotice: 'Demo invoice: not a valid tax document.',
  colon: ': ',
  comma: ', ',
}

export const INVOICE_MAIL_WORDS: Readonly<Record<'zh-CN' | 'en', InvoiceMailWords>> = { 'zh-CN': zh, en }
