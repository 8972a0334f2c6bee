import { describe, expect, test } from 'vitest'
import { buildInvoiceMail } from '../../../server/delivery/mail/invoice-mail.ts'
import { findMailFault } from '../../../server/delivery/mail/mail-message.ts'
import { readShopColour } from '../../../server/delivery/mail/shop-colour.ts'
import { blue, invoiceMail, red, sender } from './mail.fixture.ts'

describe('the mail that brings an invoice', () => {
  test('says seller, number and amount in its subject, in the language of the buyer', () => {
    const subject = (language: 'zh-CN' | 'en') =>
      buildInvoiceMail(sender, invoiceMail({ language, isDemo: false })).subject

    expect(subject('zh-CN')).toBe('上海样例商贸有限公司 电子发票 26312000000000000017 ¥299.00')
    expect(subject('en')).toBe('Invoice 26312000000000000017 ¥299.00 from 上海样例商贸有限公司')
  })

  test('says the same in text and in HTML', () => {
    const { text, html } = buildInvoiceMail(sender, invoiceMail())

    for (const fact of [
      '¥299.00',
      blue.number,
      blue.buyerName,
      '2026-11-22',
      'https://fp.example/i/7Q2M4K',
      'https://fp.example/verify?lang=zh-CN',
    ]) {
      expect(text).toContain(fact)
      expect(html).toContain(fact)
    }
  })

  test('marks what the sandbox made as a demo, and nothing else', () => {
    const demo = buildInvoiceMail(sender, invoiceMail({ isDemo: true }))
    const real = buildInvoiceMail(sender, invoiceMail({ isDemo: false }))

    expect([demo.subject, demo.text, demo.html].map((part) => part.includes('演示'))).toEqual([
      true,
      true,
      true,
    ])
    expect([real.subject, real.text, real.html].map((part) => part.includes('演示'))).toEqual([
      false,
      false,
      false,
    ])
  })

  test('brings both invoices of a reissue, the new one first', () => {
    const { subject, text, attachments } = buildInvoiceMail(sender, invoiceMail({ invoices: [blue, red] }))

    expect(subject).toContain(
      '上海样例商贸有限公司 换开发票 26312000000000000017 ¥299.00，红字 26312000000000000025 -¥299.00',
    )
    expect(text).toContain('价税合计：-¥299.00')
    expect(attachments.map(({ fileName }) => fileName)).toEqual(
      [...blue.files, ...red.files].map((f) => f.fileName),
    )
  })

  test('of a reissue says what happened to the old invoice, in both languages', () => {
    const { text, html } = buildInvoiceMail(sender, invoiceMail({ invoices: [blue, red] }))

    for (const part of [text, html]) {
      expect(part).toContain(
        '原发票 26312000000000000009 已由红字发票 26312000000000000025 冲销 ¥299.00，不再有效；新发票 26312000000000000017（¥299.00）见附件',
      )
      expect(part).toContain(
        '26312000000000000009 was reversed by red invoice 26312000000000000025 (¥299.00) and is no longer valid',
      )
    }
  })

  test('has one Message-ID however often it is built, and another for another delivery', () => {
    const first = buildInvoiceMail(sender, invoiceMail())

    expect(buildInvoiceMail(sender, invoiceMail())).toEqual(first)
    expect(first.messageId).toBe('<01990000-0000-7000-8000-000000000001@shop.example>')
    expect(buildInvoiceMail(sender, invoiceMail({ deliveryId: 'other' })).messageId).not.toBe(first.messageId)
  })

  test.for<[string, string]>([
    ['a script', '<script>alert(1)</script>'],
    ['an image', '<img src=x onerror=alert(1)>'],
    ['a broken attribute', `"'><b style="position:fixed">`],
    ['a header', 'Shop\r\nBcc: all@mail.example'],
    ['a reversed reading direction', '\u202egpj.exe\u202c'],
    ['an emoji and Arabic', '店铺🧾 متجر'],
    ['a line separator', 'A\u2028B\u2029C\u0085D'],
    ['an encoded word', '=?UTF-8?B?DQpCY2M6IHhAeS56?='],
    ['1,000 characters', '店'.repeat(1_000)],
  ])('stays one harmless mail when a name is %s', ([, name]) => {
    const message = buildInvoiceMail(
      sender,
      invoiceMail({
        shop: { name, colour: `#fff" onload="${name}` },
        invoices: [{ ...blue, sellerName: name, buyerName: name }],
      }),
    )

    expect(findMailFault(message)).toBeNull()
    expect(message.html).not.toMatch(/<script|<img|<b |onload="|[\u202a-\u202e\u2066-\u2069]/)
    expect(message.subject).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e]/u)
    expect(message.subject.length).toBeLessThan(120)
  })

  test('links to web pages only', () => {
    expect(() => buildInvoiceMail(sender, invoiceMail({ pageUrl: 'javascript:alert(1)' }))).toThrow(
      RangeError,
    )
  })

  test('can be read on every shop colour', () => {
    expect(readShopColour('#ffe600').foreground).toBe('#101828')
    expect(readShopColour('#7A0010')).toEqual({ background: '#7a0010', foreground: '#ffffff' })
    expect(readShopColour('red;background:url(//evil)')).toEqual(readShopColour('#175cd3'))
  })
})

test.for([
  ['partly_reversed', '一部分已红冲', 'A part of it was reversed'],
  ['reversed', '已红冲，不再有效', 'no longer valid'],
  ['replaced', '已红冲，不再有效', 'no longer valid'],
] as const)('sent again after it was %s, a mail says so in both languages', ([state, zh, en]) => {
  const { subject, text, html } = buildInvoiceMail(sender, invoiceMail({ invoices: [{ ...blue, state }] }))

  expect(subject).toContain('红冲')
  for (const body of [text, html]) {
    expect(body).toContain(zh)
    expect(body).toContain(en)
    expect(body).not.toContain('已开具')
  }
  expect(text.includes('换开')).toBe(state === 'partly_reversed')
})

test('a mail with a red invoice alone offers no reissue', () => {
  const { text, html } = buildInvoiceMail(sender, invoiceMail({ invoices: [red] }))

  expect(text).toContain('您的发票 26312000000000000009 已红冲 ¥299.00，红字发票 26312000000000000025 见附件')
  expect(text + html).not.toContain('换开')
})
