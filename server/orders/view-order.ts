import { maskEmail, maskName, maskPhone } from '../../widget/title/mask.ts'
import type { Invoiceability, Ladder, OrderCandidate, OrderInvoice, OrderView } from '../contract/orders.ts'
import type { Database, Tx } from '../database/database.ts'
import { roundingLineOf } from '../invoicing/build-lines.ts'
import { jsonFen } from '../invoicing/money.ts'
import { holdingInvoiceOf, isLiveBlue, type OrderInvoiceRow } from '../invoicing/order-invoices.store.ts'
import { type InvoiceRequest, isRunning } from '../invoicing/request.store.ts'
import { viewInvoiceBrief, viewRequestBrief } from '../invoicing/view-invoice-request.ts'
import type { Vault } from '../privacy/vault.ts'
import { sideOf } from '../tokens/roles.ts'
import { hasOpenRefund, judgeInvoiceability, viewInvoiceability } from './invoiceability.ts'
import { findOrderNumbers, openBuyer, openTitleHint } from './order.store.ts'
import {
  type Buyer,
  invoiceableFen,
  type Order,
  type OrderLine,
  type Refund,
  type TitleHint,
} from './order.ts'
import type { Viewer } from './order-viewer.ts'
import { findStale, viewStale } from './stale.ts'

export type OrderShop = {
  readonly id: string
  readonly name: string
  readonly platform: string
  readonly selfServiceDays: number
}

export type ViewOrderDeps = {
  vault: Vault
  now: () => Date
  findShop(merchantId: string, id: string): Promise<OrderShop | null>
  /** The running request of an order, or the newest that ended. */
  findLatestRequest(tx: Tx | Database, orderId: string): Promise<InvoiceRequest | null>
  /** Blue and red, newest first. */
  listOrderInvoices(tx: Tx | Database, orderId: string): Promise<OrderInvoiceRow[]>
}

/** Everything a card shows of one order, for somebody who may see it. Decide that before. */
export async function viewOrder(
  deps: ViewOrderDeps,
  tx: Tx | Database,
  { order, viewer }: { order: Order; viewer: Viewer },
): Promise<OrderView> {
  const shop = await getShop(deps, order)
  const latest = await deps.findLatestRequest(tx, order.id)
  const all = await deps.listOrderInvoices(tx, order.id)
  const invoices = all.filter(isLiveBlue)
  const numbers = await findNumbers(tx, order, all)
  const viewRow = (row: OrderInvoiceRow) => viewOrderInvoice(row, numbers)
  const mayRead = viewer.role !== 'customer' || viewer.orderIds.includes(order.id)
  const hint = mayRead ? await openTitleHint(deps.vault, tx, order) : null
  return {
    id: order.id,
    number: order.number,
    shopId: order.shopId,
    shopName: shop.name,
    platform: shop.platform,
    state: order.state,
    orderedAt: order.orderedAt?.toISOString() ?? null,
    paidAt: order.paidAt?.toISOString() ?? null,
    completedAt: order.completedAt?.toISOString() ?? null,
    buyer: maskBuyer(await openBuyer(deps.vault, tx, order), sideOf(viewer.role)),
    titleHint: hint === null ? null : viewTitleHint(hint),
    lines: order.lines.map(viewLine),
    ladder: viewLadder(order),
    invoiceability: judge(deps, { order, viewer, shop, latest, invoices }),
    // A withdrawn request is as if nobody had asked.
    request: latest === null || latest.state === 'withdrawn' ? null : viewRequestBrief(latest),
    invoices: invoices.map(viewRow),
    reversals: all.filter(({ colour }) => colour === 'red').map(viewRow),
    refunds: order.refunds.map(viewRefund),
    hasOpenRefund: hasOpenRefund(order),
    stale: viewStale(
      findStale(
        order,
        all.reduce((a, { amountFen }) => a + amountFen, 0n),
      ),
    ),
    version: order.version,
  }
}

export async function viewCandidate(
  deps: Pick<ViewOrderDeps, 'findShop'>,
  order: Order,
): Promise<OrderCandidate> {
  const shop = await getShop(deps, order)
  return {
    orderId: order.id,
    shopName: shop.name,
    platform: shop.platform,
    number: order.number,
    paidFen: jsonFen(order.paidFen),
    orderedAt: order.orderedAt?.toISOString() ?? null,
  }
}

async function getShop(
  { findShop }: Pick<ViewOrderDeps, 'findShop'>,
  { merchantId, shopId }: Order,
): Promise<OrderShop> {
  const shop = await findShop(merchantId, shopId)
  if (shop === null) throw new Error(`shop ${shopId} of an order is gone`)
  return shop
}

type Judged = {
  order: Order
  viewer: Viewer
  shop: OrderShop
  latest: InvoiceRequest | null
  invoices: readonly OrderInvoiceRow[]
}

function judge({ now }: ViewOrderDeps, { order, viewer, shop, latest, invoices }: Judged): Invoiceability {
  const asker = {
    role: sideOf(viewer.role),
    selfServiceDays: shop.selfServiceDays,
    hasRunningRequest: latest !== null && isRunning(latest),
    invoice: holdingInvoiceOf(invoices),
  }
  return viewInvoiceability(judgeInvoiceability(order, asker, now()))
}

/** Orders that share an invoice are one buyer's: their numbers are no secret among them. */
function findNumbers(tx: Tx | Database, order: Order, rows: readonly OrderInvoiceRow[]) {
  const ids = new Set(rows.flatMap(({ shares }) => shares.map(({ orderId }) => orderId)))
  ids.delete(order.id)
  return ids.size === 0
    ? new Map([[order.id, order.number]])
    : findOrderNumbers(tx, order.merchantId, [...ids, order.id])
}

function viewOrderInvoice(row: OrderInvoiceRow, numbers: ReadonlyMap<string, string>): OrderInvoice {
  const { colour, amountFen, shares } = row
  return {
    ...viewInvoiceBrief(row),
    colour,
    amountFen: jsonFen(amountFen),
    orders: shares.map((share) => ({
      orderId: share.orderId,
      number: numbers.get(share.orderId) ?? '',
      amountFen: jsonFen(share.amountFen),
    })),
  }
}

function viewRefund({
  reference,
  state,
  amountFen,
  lineNo,
  completedAt,
}: Refund): OrderView['refunds'][number] {
  return {
    reference,
    state,
    amountFen: jsonFen(amountFen),
    lineNo,
    completedAt: completedAt?.toISOString() ?? null,
  }
}

/**
 * Customers recognise an order by its goods; a link may have been passed on, so they get no more than
 * a masked name. The tail of the phone is a proof (X6) and is shown to agents alone.
 */
function maskBuyer({ name, phone, email }: Buyer, role: Viewer['role']): OrderView['buyer'] {
  const masked = name === null ? null : maskName(name)
  if (role === 'customer') return { name: masked, phone: null, email: null }
  return {
    name: masked,
    phone: phone === null || phone.includes('*') ? phone : maskPhone(phone),
    email: email === null ? null : maskEmail(email),
  }
}

/** A tax id makes a company; so does a name that no person has. */
function viewTitleHint({ name, taxId }: TitleHint): OrderView['titleHint'] {
  const isCompany = taxId !== null || (name !== null && [...name].length > 4)
  return { kind: isCompany ? 'company' : 'person', name, taxId }
}

function viewLine(line: OrderLine): OrderView['lines'][number] {
  const { lineNo, kind, title, spec, quantity } = line
  return {
    lineNo,
    kind,
    title,
    spec,
    quantity,
    amountFen: jsonFen(line.amountFen),
    discountFen: jsonFen(line.discountFen),
    paidFen: jsonFen(line.paidFen),
  }
}

function viewLadder(order: Order): Ladder {
  return {
    goodsFen: jsonFen(order.goodsFen),
    freightFen: jsonFen(order.freightFen),
    discountFen: jsonFen(order.discountFen),
    paidFen: jsonFen(order.paidFen),
    refundedFen: jsonFen(order.refundedFen),
    platformFen: jsonFen(order.platformFen),
    claimedFen: jsonFen(order.claimedFen),
    invoiceableFen: jsonFen(invoiceableFen(order)),
    roundingLineNo: roundingLineOf(order),
  }
}
