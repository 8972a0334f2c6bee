import { expect, test } from 'vitest'
import { invoiceQrText, qrChecksum } from '../../../server/documents/invoice-qr.ts'
import file from '../../fixtures/vectors/invoice-qr.json' with { type: 'json' }
import { sampleInvoice } from './sample-invoice.ts'

test('the checksum has the published check value', () => {
  expect(qrChecksum('123456789')).toBe('FEE8')
})

test.for(file.valid)('the checksum of $qr is $crc', ({ qr, crc }) => {
  const signed = qr.slice(0, qr.lastIndexOf(crc))
  expect(qrChecksum(signed)).toBe(crc)
})

test('a published 普票 is written again, letter by letter', () => {
  const published = '01,32,,25442000000069606292,140.74,20250208,,A6A1'
  const invoice = sampleInvoice({
    number: '25442000000069606292',
    grossFen: 140_74n,
    issuedAt: new Date('2025-02-08T03:00:00Z'),
  })

  expect(invoiceQrText(invoice)).toBe(published)
})

test('a published 专票 is written again, letter by letter', () => {
  const published = '01,31,,26442000004359167806,1705400.00,20260421,,8EEF'
  const invoice = sampleInvoice({
    kind: 'special',
    number: '26442000004359167806',
    grossFen: 170540000n,
    issuedAt: new Date('2026-04-21T15:59:59Z'),
  })

  expect(invoiceQrText(invoice)).toBe(published)
})

test('an invoice issued just after midnight in Shanghai carries that day', () => {
  expect(invoiceQrText(sampleInvoice())).toContain(',20261122,')
})
