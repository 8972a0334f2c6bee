import { hidePersonal, newSalt } from '../audit/personal.ts'
import { type Actor, recordAudit } from '../audit/record.ts'
import type { FixAsk, FixField, Title } from '../contract/invoicing.ts'
import { FIX_FIELDS } from '../contract/invoicing.ts'
import type { FieldFault } from '../contract/problem.ts'
import { Problem } from '../contract/problem.ts'
import type { Tx } from '../database/database.ts'
import type { JobRequest } from '../jobs/define-job.ts'
import type { Order } from '../orders/order.ts'
import type { Vault } from '../privacy/vault.ts'
import type { Seller, SellerOf } from '../shops/seller.store.ts'
import { businessDate } from './business-date.ts'
import { type Draft, draftInvoice } from './draft-invoice.ts'
import { fixFieldsOf, valuesOf } from './fixable.ts'
import { claimsOfAsk, hasShares, isStillGood, type Part, partsOf } from './parts.ts'
import {
  type AskedTitle,
  findRequest,
  type InvoiceRequest,
  moveRequest,
  openTitle,
  sealTitle,
} from './request.store.ts'
import { getRequest, issueJob } from './request-invoice.ts'
import type { IssuingTerms } from './rules/settings.ts'
import { closeSending } from './sending.store.ts'
import { titleOf } from './title-of.ts'

export type FixDeps = {
  vault: Vault
  now: () => Date
  lockOrder(tx: Tx, merchantId: string, id: string): Promise<Order | null>
  reserveOrder(tx: Tx, orderId: string, amountFen: bigint): Promise<boolean>
  getSeller(tx: Tx, of: SellerOf): Promise<Seller>
  addJob(tx: Tx, job: JobRequest): Promise<void>
  termsOf(issuerId: string): IssuingTerms
}

type Fix = { id: string; actor: Actor; fix: FixAsk }

/**
 * The answer to a rejection (F9): the same request goes on with the corrected fields, back to the
 * reviewer where one had looked, otherwise to the issuer under a new serial, and takes its shares of the
 * orders again. Refuses with `invoice_request_not_found`, `move_not_allowed` where nothing can be
 * corrected, `review_item_changed`, `fix_field_not_asked`, `preflight_failed`, and with `order_changed`
 * where the orders no longer give the same amounts: that is another request.
 */
export async function fixRequest(deps: FixDeps, tx: Tx, { id, actor, fix }: Fix): Promise<InvoiceRequest> {
  const request = await lockFixable(deps, tx, { id, fix })
  const { merchantId, orders } = request
  const seller = await deps.getSeller(tx, request.found)
  const asked = await openTitle(deps.vault, request.found)
  const changed = applyFix(asked, request.found, fix)
  const { draft, part, faults } = draftFixed(deps, { request: request.found, orders, seller, changed })
  if (faults.length > 0) {
    const errors = faults.map(({ code, field }) => ({ code, field: pointerOf(field) }))
    throw new Problem('preflight_failed', { field: errors[0]?.field, errors })
  }
  if (part === undefined || !hasShares(part, request.found))
    throw new Problem('order_changed', { facts: { id } })
  for (const { orderId, amountFen } of request.found.shares) {
    const isTaken = await deps.reserveOrder(tx, orderId, amountFen)
    if (!isTaken) throw new Problem('order_changed', { facts: { id } })
  }
  const salt = newSalt()
  const hide = (values: Partial<Record<FixField, string | null>>) =>
    hidePersonal(deps.vault, { merchantId, salt }, fieldsIn(fix), values)
  await recordAudit(tx, deps.now(), {
    ...{ merchantId, actor, act: 'invoice_request.fixed', object: `request:${id}`, salt },
    before: hide(valuesOf(asked, request.found)),
    facts: hide(fix),
  })
  const title = {
    kind: changed.title.kind,
    buyer: draft.content.buyer,
    email: draft.email,
    phone: draft.phone,
  }
  return resume(deps, tx, { request: request.found, actor, title, remark: changed.remark, seller })
}

/** The orders first, by id, as everywhere: whoever fixes at the same time waits here and then finds it gone on. */
async function lockFixable(deps: FixDeps, tx: Tx, { id, fix }: Omit<Fix, 'actor'>) {
  const seen = await findRequest(tx, id)
  if (seen === null) throw new Problem('invoice_request_not_found')
  const claims = await claimsOfAsk(tx, seen)
  const orders: Order[] = []
  for (const { orderId, amountFen } of claims) {
    const order = await deps.lockOrder(tx, seen.merchantId, orderId)
    if (order === null) throw new Error(`order ${orderId} of request ${id} is gone`)
    // Its own share was given back when it was rejected; a sibling's is still held.
    const own = seen.shares.find((share) => share.orderId === orderId)?.amountFen ?? 0n
    orders.push({ ...order, claimedFen: order.claimedFen - (amountFen - own) })
  }
  const found = await getRequest(tx, id)
  const allowed = fixFieldsOf(found, found.isPerson)
  if (allowed.length === 0) throw new Problem('move_not_allowed', { facts: { id, from: found.state } })
  if (found.version !== fix.version) throw new Problem('review_item_changed', { field: '/version' })
  const surplus = fieldsIn(fix).find((field) => !allowed.includes(field))
  if (surplus !== undefined) throw new Problem('fix_field_not_asked', { field: `/${surplus}` })
  if (orders.some((order) => !isStillGood(order))) throw new Problem('order_changed', { facts: { id } })
  return { found, orders, merchantId: found.merchantId }
}

function fieldsIn(fix: FixAsk): FixField[] {
  return FIX_FIELDS.filter((field) => fix[field] !== undefined)
}

type Changed = { title: Title; email: string | null; phone: string | null; remark: string }

function applyFix(asked: AskedTitle, request: InvoiceRequest, fix: FixAsk): Changed {
  const values = { ...valuesOf(asked, request), ...fix }
  const { name, taxId, email, phone, remark, address, companyPhone, bankName, bankAccount } = values
  const kept = titleOf({ ...asked, isPerson: request.isPerson })
  const company = {
    name: name ?? '',
    taxId: taxId ?? '',
    address,
    phone: companyPhone,
    bankName,
    bankAccount,
  }
  const titles: Record<Title['kind'], Title> = {
    person: { kind: 'person', name: name ?? '' },
    foreign: { kind: 'foreign', name: name ?? '' },
    company: { kind: 'company', ...company },
    sole_trader: { kind: 'sole_trader', ...company },
    public_body: { kind: 'public_body', ...company, taxId },
  }
  return { title: titles[kept.kind], email, phone, remark: (remark ?? '').trim() }
}

type Drafting = {
  request: InvoiceRequest
  orders: readonly Order[]
  seller: Seller
  changed: Changed
}

function draftFixed(
  deps: FixDeps,
  { request, orders, seller, changed }: Drafting,
): { draft: Draft; part: Part | undefined; faults: FieldFault[] } {
  const terms = deps.termsOf(seller.issuerId)
  const draft = draftInvoice(
    { seller, orders, on: businessDate(deps.now()), terms },
    { kind: request.kind, presentation: request.presentation, ...changed },
  )
  const { parts, faults } = partsOf(draft, terms.capabilities)
  return { draft, part: parts[request.partNo - 1], faults }
}

/** Where a fault of the draft stands in the body of a fix. */
function pointerOf(field: string): string {
  return field === '/title/phone' ? '/companyPhone' : field.replace(/^\/title\//, '/')
}

type Resuming = {
  request: InvoiceRequest
  actor: Actor
  title: AskedTitle
  remark: string
  seller: Seller
}

async function resume(
  deps: FixDeps,
  tx: Tx,
  { request, actor, title, remark, seller }: Resuming,
): Promise<InvoiceRequest> {
  const now = deps.now()
  const notBefore = new Date(now.getTime() + seller.undoSeconds * 1000)
  const titleSealed = await sealTitle(deps.vault, request, title)
  const set = { rejectCode: null, rejectDetail: null, rejectFields: [], titleSealed, remark, notBefore }
  await moveRequest(tx, { request, to: 'submitted', actor, reason: 'fixed', now, set })
  await closeSending(tx, request.id, now)
  const submitted = await getRequest(tx, request.id)
  const to = request.reviewReason === null ? 'queued' : 'in_review'
  await moveRequest(tx, { request: submitted, to, actor, reason: request.reviewReason, now })
  if (to === 'queued') await deps.addJob(tx, issueJob(request.id, notBefore))
  return getRequest(tx, request.id)
}
