import { afterAll, beforeAll, expect, test } from 'vitest'
import { findInvoice } from '../../../server/invoicing/invoice.store.ts'
import { previewInvoice } from '../../../server/invoicing/request-invoice.ts'
import type { ShopTemplate } from '../../../server/shops/shop.ts'
import { goodsLine } from '../../support/draft-orders.ts'
import { askFor, type IssuingDesk, openIssuingDesk } from '../../support/issuing-desk.ts'
import { openScriptedIssuer } from '../../support/scripted-issuer.ts'
import { stageTemplate } from '../../support/stage.ts'

const { issuer } = openScriptedIssuer()
let desk: IssuingDesk

beforeAll(async () => {
  desk = await openIssuingDesk({ issuer })
})

afterAll(() => desk?.close())

/** Two bags and a gift of 12.00, with 92.00 off. */
const discounted = (number: string) =>
  desk.order(number, {
    lines: [goodsLine(49_900n), goodsLine(28_200n), goodsLine(1_200n, { kind: 'gift', title: '徽章包' })],
    discountFen: 9_200n,
    paidFen: 70_100n,
  })

const shopShows = (changes: Partial<ShopTemplate>) => {
  const { database, vault, merchantId, shopId } = desk
  return stageTemplate(database, vault, { merchantId, shopId, changes })
}

async function issuedContent(requestId: string) {
  const { invoiceId } = await desk.runUntil(requestId, 'issued')
  const invoice = await findInvoice(desk.vault, desk.database, {
    merchantId: desk.merchantId,
    id: invoiceId ?? '',
  })
  if (invoice === null) throw new Error('issued, and no invoice')
  return invoice
}

const properties = (lines: readonly { property: string }[]) => lines.map(({ property }) => property)

test('an invoice is issued as it was previewed, though the shop changed its mind meanwhile', async () => {
  await shopShows({ showGifts: true, showDiscounts: true, showRemark: true })
  const order = await discounted('S-1')
  const request = await desk.ask(order)
  await shopShows({ showGifts: false, showDiscounts: false, showRemark: false })

  const invoice = await issuedContent(request.id)

  expect(properties(invoice.lines)).toEqual([
    'discounted',
    'discount',
    'discounted',
    'discount',
    'discounted',
    'discount',
  ])
  expect(invoice.remark).toBe('订单号：S-1')
  expect(invoice.grossFen).toBe(70_100n)
  expect(invoice.lines[1]?.origin).toEqual({ orderId: order, lineNo: 1 })
})

test('lines are called as they were previewed, and request, sending and log name that template', async () => {
  await shopShows({ lineNaming: 'category' })
  const template = await desk.deps.getSeller(desk.database, desk)
  const request = await desk.ask(await discounted('S-4'))
  await shopShows({ lineNaming: 'detail' })

  const invoice = await issuedContent(request.id)

  const version = template.templateVersion
  expect(new Set(invoice.lines.map(({ title }) => title))).toEqual(new Set(['箱包']))
  expect(request.templateVersion).toBe(version)
  expect(await desk.database.sending.findMany({ where: { requestId: request.id } })).toMatchObject([
    { templateVersion: version },
  ])
  const entry = await desk.database.auditEntry.findFirst({
    where: { act: 'invoice.issued', object: `invoice:${invoice.id}` },
  })
  expect(JSON.parse(Buffer.from(entry?.bytes ?? []).toString('utf8')).after).toMatchObject({
    template: version,
  })
})

test('an agent shows for one request what the shop hides', async () => {
  await shopShows({ showGifts: false, showDiscounts: false, showRemark: false })
  const shown = { showDiscounts: true }
  const request = await desk.ask(await discounted('S-2'), { presentation: shown })

  const invoice = await issuedContent(request.id)

  expect(properties(invoice.lines)).toEqual(['discounted', 'discount', 'discounted', 'discount'])
  expect(invoice.remark).toBe('')
  expect(invoice.grossFen).toBe(70_100n)
})

test('a customer does not choose what the shop shows', async () => {
  const order = await discounted('S-3')
  const asked = {
    ...askFor(desk.merchantId, order, { presentation: { showGifts: true } }),
    role: 'customer',
  } as const

  await expect(desk.inTransaction((tx) => previewInvoice(desk.deps, tx, asked))).rejects.toMatchObject({
    code: 'token_not_allowed',
  })
})
