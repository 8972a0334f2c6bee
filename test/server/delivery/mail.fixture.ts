import type { InvoiceMail, MailedInvoice, MailSender } from '../../../server/delivery/mail/invoice-mail.ts'

export const sender: MailSender = {
  from: { name: '开票助手', address: 'invoice@shop.example' },
  replyTo: null,
}

export const blue: MailedInvoice = {
  number: '26312000000000000017',
  kind: 'ordinary',
  colour: 'blue',
  state: 'issued',
  sellerName: '上海样例商贸有限公司',
  buyerName: '杭州示范科技有限公司',
  grossFen: 29_900n,
  issuedAt: new Date('2026-11-21T16:30:00Z'),
  reverses: null,
  files: [
    {
      fileName: '上海样例商贸有限公司_26312000000000000017.pdf',
      mediaType: 'application/pdf',
      bytes: Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7 + (index >> 8)) % 256),
    },
    {
      fileName: '26312000000000000017.xml',
      mediaType: 'application/xml',
      bytes: new TextEncoder().encode('<?xml version="1.0" encoding="UTF-8"?>\n<EInvoice>发票</EInvoice>\n'),
    },
  ],
}

export const red: MailedInvoice = {
  ...blue,
  number: '26312000000000000025',
  colour: 'red',
  grossFen: -29_900n,
  reverses: '26312000000000000009',
  files: [
    {
      fileName: '红字_26312000000000000025.pdf',
      mediaType: 'application/pdf',
      bytes: Uint8Array.of(1, 2, 3),
    },
  ],
}

export function invoiceMail(changed: Partial<InvoiceMail> = {}): InvoiceMail {
  return {
    deliveryId: '01990000-0000-7000-8000-000000000001',
    to: 'buyer@mail.example',
    language: 'zh-CN',
    shop: { name: '样例旗舰店', colour: '#c2410c' },
    invoices: [blue],
    pageUrl: 'https://fp.example/i/7Q2M4K',
    isDemo: true,
    ...changed,
  }
}
