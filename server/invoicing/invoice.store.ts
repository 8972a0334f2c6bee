import type { Database, Tx } from '../database/database.ts'
import { v7 } from '../database/ids.ts'
import type { IssuedFacts } from '../issuers/issuer.ts'
import type { Vault } from '../privacy/vault.ts'
import { businessDate } from './business-date.ts'
import { contentFromJson, contentToJson } from './content-json.ts'
import type { InvoiceContent, IssuedInvoice } from './invoice.ts'

export type InvoiceState = 'issued' | 'partly_reversed' | 'reversed' | 'replaced'

/** An invoice with everything that stood on it. */
export type StoredInvoice = IssuedInvoice & {
  readonly id: string
  readonly merchantId: string
  readonly shopId: string
  /** Null on a red invoice: a reissue made it. */
  readonly requestId: string | null
  readonly reissueId: string | null
  readonly state: InvoiceState
  readonly orderIds: readonly string[]
}

/** Where an invoice comes from: a blue from a request, a red from a reissue, by its form of 20 digits. */
type Origin = { requestId: string } | { reissueId: string; originalId: string; redFormNumber: string }

type Share = { readonly orderId: string; readonly amountFen: bigint }

export type NewInvoice = {
  merchantId: string
  shopId: string
  origin: Origin
  content: InvoiceContent
  facts: IssuedFacts
  isDemo: boolean
  /** Negative on a red invoice. */
  shares: readonly Share[]
}

const place = (merchantId: string, id: string) => ({
  merchantId,
  table: 'invoice',
  column: 'content',
  rowId: id,
})

/** Writes what the bureau numbered: header, lines, and how much of it belongs to which order. */
export async function insertInvoice(vault: Vault, tx: Tx, now: Date, made: NewInvoice): Promise<string> {
  const { merchantId, shopId, origin, content, facts, isDemo, shares } = made
  const id = v7(now)
  await tx.invoice.create({
    data: {
      id,
      merchantId,
      shopId,
      ...origin,
      number: facts.number,
      kind: content.kind,
      colour: content.colour,
      state: 'issued',
      netFen: content.netFen,
      taxFen: content.taxFen,
      grossFen: content.grossFen,
      contentSealed: await vault.sealJson(place(merchantId, id), contentToJson(content)),
      isDemo,
      issuedAt: facts.issuedAt,
      businessDate: new Date(`${businessDate(facts.issuedAt)}T00:00:00Z`),
      createdAt: now,
    },
  })
  await tx.invoiceLine.createMany({
    data: content.lines.map((line) => ({
      invoiceId: id,
      lineNo: line.lineNo,
      property: line.property,
      title: line.title,
      shortName: line.shortName,
      taxCode: line.taxCode,
      treatment: line.treatment,
      rateBp: line.rateBp,
      quantity: line.quantity,
      unitPrice: line.unitPrice,
      netFen: line.netFen,
      taxFen: line.taxFen,
      grossFen: line.grossFen,
    })),
  })
  await tx.invoiceAllocation.createMany({ data: shares.map((share) => ({ ...share, invoiceId: id })) })
  return id
}

/** Null: unknown, or another merchant's. */
export async function findInvoice(
  vault: Vault,
  tx: Tx | Database,
  { merchantId, id }: { merchantId: string; id: string },
): Promise<StoredInvoice | null> {
  const row = await tx.invoice.findUnique({
    where: { id, merchantId },
    include: { allocations: true, original: { select: { number: true } } },
  })
  if (row === null) return null
  const content = contentFromJson(await vault.openJson(place(merchantId, id), row.contentSealed))
  return {
    ...content,
    id,
    merchantId,
    shopId: row.shopId,
    requestId: row.requestId,
    reissueId: row.reissueId,
    state: row.state as InvoiceState, // CHECK invoice_state_known
    number: row.number,
    reversal:
      row.original === null || row.redFormNumber === null
        ? null
        : { blueNumber: row.original.number, formNumber: row.redFormNumber },
    issuedAt: row.issuedAt,
    isDemo: row.isDemo,
    orderIds: row.allocations.map(({ orderId }) => orderId),
  }
}

/** Locks an invoice against another change of its state, then reads it. */
export async function lockInvoice(
  vault: Vault,
  tx: Tx,
  where: { merchantId: string; id: string },
): Promise<StoredInvoice | null> {
  await tx.$executeRaw`SELECT 1 FROM invoice
    WHERE id = ${where.id}::uuid AND merchant_id = ${where.merchantId}::uuid FOR UPDATE`
  return findInvoice(vault, tx, where)
}

/** How much of the invoice belongs to which order; negative on a red one. */
export async function listShares(tx: Tx | Database, invoiceId: string): Promise<Share[]> {
  const rows = await tx.invoiceAllocation.findMany({ where: { invoiceId }, orderBy: { orderId: 'asc' } })
  return rows.map(({ orderId, amountFen }) => ({ orderId, amountFen }))
}

/** What was taken back of a blue so far, oldest first. */
export async function listReds(
  vault: Vault,
  tx: Tx | Database,
  { merchantId, id }: { merchantId: string; id: string },
): Promise<StoredInvoice[]> {
  const rows = await tx.invoice.findMany({
    where: { merchantId, originalId: id },
    orderBy: { id: 'asc' },
    select: { id: true },
  })
  const reds = await Promise.all(rows.map((row) => findInvoice(vault, tx, { merchantId, id: row.id })))
  return reds.filter((red) => red !== null)
}

/** A red took part of it or all of it back, or another invoice came instead. */
export async function writeInvoiceState(
  tx: Tx,
  { id, state }: { id: string; state: Exclude<InvoiceState, 'issued'> },
): Promise<void> {
  await tx.invoice.update({ where: { id }, data: { state } })
}

export type InvoiceSummary = {
  readonly id: string
  readonly number: string
  readonly state: InvoiceState
  readonly kind: 'ordinary' | 'special'
  readonly grossFen: bigint
  readonly businessDate: string
}

/** Invoices that cover an order, newest first. */
export async function listInvoicesOfOrder(tx: Tx | Database, orderId: string): Promise<InvoiceSummary[]> {
  const rows = await tx.invoice.findMany({
    where: { allocations: { some: { orderId } } },
    orderBy: { issuedAt: 'desc' },
    take: 20,
  })
  return rows.map(summarise)
}

/** In no particular order; unknown ones and another merchant's are left out. */
export async function findInvoiceSummaries(
  tx: Tx | Database,
  merchantId: string,
  ids: readonly string[],
): Promise<InvoiceSummary[]> {
  if (ids.length === 0) return []
  const rows = await tx.invoice.findMany({ where: { merchantId, id: { in: [...ids] } } })
  return rows.map(summarise)
}

export type InvoiceRelatives = {
  readonly reverses: InvoiceSummary | null
  readonly reversedBy: readonly InvoiceSummary[]
  readonly replacedBy: InvoiceSummary | null
  readonly replaces: InvoiceSummary | null
}

/** How an invoice stands to others: what it takes back or replaces, and what took it back or replaced it. */
export async function findRelatives(tx: Tx | Database, id: string): Promise<InvoiceRelatives> {
  const [reverses, reversedBy, replacedBy, replaces] = await Promise.all([
    tx.invoice.findFirst({ where: { reversals: { some: { id } } } }),
    tx.invoice.findMany({ where: { originalId: id }, orderBy: { id: 'asc' } }),
    tx.invoice.findFirst({ where: { request: { reissue: { invoiceId: id } } } }),
    tx.invoice.findFirst({ where: { reissues: { some: { replacements: { some: { invoice: { id } } } } } } }),
  ])
  return {
    reverses: reverses && summarise(reverses),
    reversedBy: reversedBy.map(summarise),
    replacedBy: replacedBy && summarise(replacedBy),
    replaces: replaces && summarise(replaces),
  }
}

type SummaryRow = Omit<InvoiceSummary, 'state' | 'kind' | 'businessDate'> & {
  state: string
  kind: string
  businessDate: Date
}

function summarise({ id, number, state, kind, grossFen, businessDate }: SummaryRow): InvoiceSummary {
  return {
    id,
    number,
    state: state as InvoiceState, // CHECK invoice_state_known
    kind: kind === 'special' ? 'special' : 'ordinary',
    grossFen,
    businessDate: businessDate.toISOString().slice(0, 10),
  }
}

export async function hasInvoice(tx: Tx | Database, orderId: string): Promise<boolean> {
  const count = await tx.invoiceAllocation.count({ where: { orderId }, take: 1 })
  return count > 0
}
