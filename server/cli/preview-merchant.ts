import type { Tx } from '../database/database.ts'
import { itemName } from '../documents/item-name.ts'
import { SENTENCES } from '../http/sentences.ts'
import { businessDate } from '../invoicing/business-date.ts'
import { type Draft, draftInvoice } from '../invoicing/draft-invoice.ts'
import { yuan } from '../invoicing/money.ts'
import { SANDBOX_CAPABILITIES } from '../issuers/sandbox/sandbox.issuer.ts'
import { findOrdersByNumber } from '../orders/order.store.ts'
import type { Order } from '../orders/order.ts'
import { normaliseOrderNumber } from '../orders/order-input.ts'
import { findMerchant } from '../shops/merchant.store.ts'
import type { MerchantSetup, ShopSetup } from '../shops/merchant-setup.ts'
import { type Seller, viewTemplate } from '../shops/seller.store.ts'
import { splitTemplate } from '../shops/shop.ts'
import type { Context } from './context.ts'
import { CommandRefused } from './explain-error.ts'
import { formatTable } from './print.ts'

/**
 * Prints a real order as a file that is not applied yet would invoice it to a person: seller, template and
 * goods rules are the file's, and nothing of the order counts as invoiced.
 */
export async function previewMerchant(context: Context, setup: MerchantSetup, text: string): Promise<void> {
  const { config, inTransaction, now } = context
  const number = normaliseOrderNumber(text)
  const { shop, order, merchantId } = await inTransaction((tx) => findPlace(context, tx, { setup, number }))
  const terms = { capabilities: SANDBOX_CAPABILITIES, settings: config.rules }
  const seller = sellerOf(setup, shop, { merchantId, shopId: order.shopId })
  const draft = draftInvoice(
    { seller, orders: [{ ...order, claimedFen: 0n }], on: businessDate(now()), terms },
    { kind: 'ordinary', title: { kind: 'person' }, email: null, phone: null, remark: null },
  )
  console.log(`${number}  ${shop.code} ${shop.name}\n`)
  console.log(formatTable(rowsOf(draft)))
  console.log(
    `\n${formatTable([
      ['remark', draft.content.remark],
      ['drawer', draft.content.drawer],
    ])}`,
  )
  for (const { code, field } of draft.faults) console.log(`${field} ${SENTENCES[code]} (${code})`)
}

type Found = { readonly shop: ShopSetup; readonly order: Order; readonly merchantId: string }

async function findPlace(
  { vault }: Context,
  tx: Tx,
  { setup, number }: { setup: MerchantSetup; number: string },
): Promise<Found> {
  const standing = await findMerchant(vault, tx, setup.seller.taxId)
  if (standing === null) throw new CommandRefused('no merchant has this tax id yet, and so it has no orders')
  for (const shop of setup.shops) {
    const shopId = standing.shops.find(({ settings }) => settings.code === shop.code)?.id
    if (shopId === undefined) continue
    const [order] = await findOrdersByNumber(tx, { merchantId: standing.id, shopId, number })
    if (order !== undefined) return { shop, order, merchantId: standing.id }
  }
  throw new CommandRefused(`no shop of the file has an order ${number}`)
}

/** What the file would make of this shop. Its template has no version before it is applied. */
function sellerOf(
  { seller, rules }: MerchantSetup,
  shop: ShopSetup,
  { merchantId, shopId }: { merchantId: string; shopId: string },
): Seller {
  const { template, rest } = splitTemplate(shop)
  const { drawer, ...party } = seller
  return {
    ...{ merchantId, shopId, shopName: rest.name, shopCode: rest.code, accent: rest.accent },
    party,
    drawer: template.drawer ?? drawer,
    issuerId: rest.issuerId,
    undoSeconds: rest.undoSeconds,
    reviewFromFen: rest.reviewFromFen,
    selfServiceDays: rest.selfServiceDays,
    resendsPerDay: rest.resendsPerDay,
    revealsPerDay: rest.revealsPerDay,
    ...viewTemplate({ ...template, version: 0 }),
    rules: rules
      .filter(({ shopCode }) => shopCode === null || shopCode === shop.code)
      .map(({ shopCode, ...rule }) => ({ ...rule, shopId: shopCode === null ? null : shopId })),
  }
}

function rowsOf({ content }: Draft): string[][] {
  const { lines, netFen, taxFen, grossFen } = content
  return [
    ['line', 'name', 'quantity', 'rate', 'net', 'tax', 'gross'],
    ...lines.map((line) => [
      ...[String(line.lineNo), itemName(line), line.quantity ?? '', rateText(line.rateBp)],
      ...[yuan(line.netFen), yuan(line.taxFen), yuan(line.grossFen)],
    ]),
    ['', 'total', '', '', yuan(netFen), yuan(taxFen), yuan(grossFen)],
  ]
}

/** 1300 → 13% */
function rateText(rateBp: number): string {
  return `${rateBp / 100}%`
}
