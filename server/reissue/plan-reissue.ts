import type { FieldFault } from '../contract/problem.ts'
import { Problem } from '../contract/problem.ts'
import type { ProblemCode } from '../contract/problems.ts'
import type { RedReason, ReissueAsk, ReissueMethod } from '../contract/reissues.ts'
import { businessDate } from '../invoicing/business-date.ts'
import type { StoredInvoice } from '../invoicing/invoice.store.ts'
import type { InvoiceContent } from '../invoicing/invoice.ts'
import type { Fen } from '../invoicing/money.ts'
import { checkBuyer, checkContent, type TitleCheck } from '../invoicing/preflight.ts'
import type { AskedTitle } from '../invoicing/request.store.ts'
import type { IssuingTerms } from '../invoicing/rules/settings.ts'
import { titleOf } from '../invoicing/title-of.ts'
import type { Order } from '../orders/order.ts'
import type { Seller } from '../shops/seller.store.ts'
import type { Change } from './change.ts'
import { checkOrders } from './check-orders.ts'
import { type Face, listChanges, saysTheSame } from './compare-buyers.ts'
import { completeTitle } from './complete-title.ts'
import { type Amounts, correctAmount } from './correct-amount.ts'
import { type Excess, settledBy } from './excess.ts'
import type { ReviewReason, Used } from './reissue.store.ts'
import { liveShares, type StandingBlue } from './standing-blue.ts'

/** Above this a person looks first, even where only the title changes (X2). */
const REVIEW_ABOVE_FEN = 100_000n

export type Caps = { readonly perOrder: number; readonly byCustomer: number }

/** Who plans: a customer may correct the title, nobody but staff and the merchant anything else. */
export type Planner = 'customer' | 'agent' | 'merchant' | 'worker'

/** Everything a plan is made of, read at one moment. */
export type PlanFacts = {
  readonly invoice: StoredInvoice
  readonly blue: StandingBlue
  /** What it carries too much of its orders. */
  readonly excess: readonly Excess[]
  /** What the invoice was asked for with. */
  readonly asked: AskedTitle
  readonly orders: readonly Order[]
  readonly seller: Seller
  readonly terms: IssuingTerms
  readonly caps: Caps
  readonly used: Used
  readonly now: Date
}

export type Plan = {
  readonly method: ReissueMethod
  /** The proposed one first. */
  readonly methods: readonly ReissueMethod[]
  readonly reason: RedReason
  readonly change: Change
  readonly faults: readonly FieldFault[]
  readonly reviewReason: ReviewReason | null
  readonly consent: 'not_needed' | 'unknown'
  /** Tax-exclusive. */
  readonly restoredFen: Fen
  readonly neededFen: Fen
  readonly left: number
  /** What is hashed and acknowledged: which invoice, how, and every change. */
  readonly diffText: string
}

/**
 * What a change of an issued invoice would do, decided on everything as it is at this moment (F12). Faults
 * of what was typed are in the plan; refuses with `reissue_not_possible`, `reissue_limit_reached`,
 * `reissue_field_not_allowed`, `reissue_nothing_to_correct`, `reissue_method_not_possible`, and with the
 * order's own reason where a new blue could not follow the red.
 */
export function planReissue(facts: PlanFacts, ask: ReissueAsk, planner: Planner): Plan {
  const { invoice, blue, excess, orders, caps, used } = facts
  checkReissuable(invoice)
  checkPlanner(ask, planner)
  const left = leftFor(planner, caps, used)
  if (ask.cause !== 'refund' && left <= 0)
    throw new Problem('reissue_limit_reached', {
      nextAction: planner === 'customer' ? 'contact_service' : 'none',
    })

  const { methods, reasonOf } = waysFor(facts, ask, planner)
  const [proposed = 'replace'] = methods
  const method = ask.method ?? proposed
  if (!methods.includes(method)) throw new Problem('reissue_method_not_possible', { field: '/method' })
  if (method === 'replace') checkOrders(orders, excess)
  const reason = reasonOf(method)
  const amounts = correctAmount(blue, { method, reason, excess, decimals: facts.terms.capabilities.decimals })
  const { change, faults } = composeChange(facts, ask, amounts)
  return {
    method,
    methods,
    reason,
    change,
    faults,
    reviewReason: findReviewReason(invoice, ask, change),
    consent: invoice.isPerson ? 'not_needed' : 'unknown',
    restoredFen: restoredBy(change.red, { reason, issuedAt: invoice.issuedAt, now: facts.now }),
    neededFen: change.blue?.netFen ?? 0n,
    left: ask.cause === 'refund' ? left : left - 1,
    diffText: JSON.stringify([
      invoice.id,
      method,
      change.changes.map(({ field, before, after }) => [field, before, after]),
    ]),
  }
}

/** Why nothing can be taken back of this invoice; null: something can. */
export function findObstacle({ colour, state }: Pick<StoredInvoice, 'colour' | 'state'>): ProblemCode | null {
  const isLive = colour === 'blue' && (state === 'issued' || state === 'partly_reversed')
  return isLive ? null : 'reissue_not_possible'
}

function checkReissuable(invoice: StoredInvoice): void {
  const obstacle = findObstacle(invoice)
  if (obstacle !== null) throw new Problem(obstacle, { facts: { invoice: invoice.id, state: invoice.state } })
}

/** Before this reissue. Who is not a customer has the whole cap (M-01). */
export function leftFor(planner: Planner, caps: Caps, used: Used): number {
  const all = caps.perOrder - used.total
  const left = planner === 'customer' ? Math.min(all, caps.byCustomer - used.byCustomer) : all
  return Math.max(left, 0)
}

/** A customer corrects the own title; what moves money or rights is asked for in the chat. */
function checkPlanner({ cause, kind, method }: ReissueAsk, planner: Planner): void {
  if (planner !== 'customer') return
  if (cause !== 'title') throw new Problem('reissue_field_not_allowed', { field: '/cause' })
  if (kind !== undefined) throw new Problem('reissue_field_not_allowed', { field: '/kind' })
  if (method !== undefined && method !== 'replace')
    throw new Problem('reissue_method_not_possible', { field: '/method' })
}

type Ways = { methods: ReissueMethod[]; reasonOf(method: ReissueMethod): RedReason }

function waysFor({ blue, excess, terms }: PlanFacts, { cause }: ReissueAsk, planner: Planner): Ways {
  const excessFen = sum(excess)
  const isAllGone = excessFen === sum(liveShares(blue))
  if (cause === 'refund') {
    if (excessFen === 0n) throw new Problem('reissue_nothing_to_correct')
    return isAllGone ? { methods: ['full_red'], reasonOf: () => 'return' } : waysOfRefund(terms, excess)
  }
  if (isAllGone) throw new Problem('order_fully_refunded')
  const mayDrop = cause === 'other' && planner !== 'customer'
  return { methods: mayDrop ? ['replace', 'full_red'] : ['replace'], reasonOf: () => 'mistake' }
}

/** Goods that came back are a return; money alone is an allowance (facts/invoicing.md §6.2). */
function waysOfRefund({ capabilities }: IssuingTerms, excess: readonly Excess[]): Ways {
  const isReturn = excess.some(({ parts }) => parts.some(({ lineNo }) => lineNo !== null))
  const reason = isReturn ? 'return' : 'allowance'
  const canPart = capabilities.canReversePart && capabilities.partReasons.includes(reason)
  return {
    methods: canPart ? ['partial_red', 'replace'] : ['replace'],
    reasonOf: (method) => (method === 'partial_red' ? reason : 'return'),
  }
}

function composeChange(
  facts: PlanFacts,
  ask: ReissueAsk,
  { red, redShares, rest, restShares }: Amounts,
): { change: Change; faults: FieldFault[] } {
  const { invoice, asked, blue, excess, seller, terms, now } = facts
  const kind = ask.kind ?? invoice.kind
  const typed = readTitle(facts, ask)
  const { buyer, isPerson, email } = typed
  const fresh: InvoiceContent | null =
    rest === null
      ? null
      : { ...rest, colour: 'blue', kind, buyer, isPerson, seller: seller.party, drawer: seller.drawer }
  const liveFen = sum(liveShares(blue))
  const before: Face = { ...invoice, email: asked.email, grossFen: liveFen }
  const remaining = fresh === null ? liveFen - sum(redShares) : fresh.grossFen
  const after: Face = { kind, buyer, isPerson, email, grossFen: remaining === 0n ? null : remaining }
  const faults =
    fresh === null
      ? typed.faults
      : checkContent(fresh, {
          titleFaults: typed.faults,
          terms,
          on: businessDate(now),
          remainderFen: null,
          arithmetic: 'tolerant',
        })
  if (fresh !== null && saysTheSame(before, after))
    faults.push({ code: 'reissue_identical', field: '/title' })
  return {
    faults,
    change: {
      changes: listChanges(before, after),
      red,
      redShares,
      blue: fresh,
      blueShares: restShares,
      settles: settledBy(excess),
      email,
      phone: typed.phone,
    },
  }
}

/** What is left out stays as it was printed, and is checked only where something new is asked of it. */
function readTitle({ invoice, asked }: PlanFacts, ask: ReissueAsk): TitleCheck {
  const email = ask.email === undefined ? asked.email : ask.email
  const phone = ask.phone === undefined ? asked.phone : ask.phone
  const kind = ask.kind ?? invoice.kind
  const title =
    ask.title === undefined
      ? titleOf({ ...asked, buyer: invoice.buyer, isPerson: invoice.isPerson })
      : completeTitle(ask.title, invoice.buyer)
  const checked = checkBuyer({ title, kind, email, phone })
  if (ask.title !== undefined || kind !== invoice.kind) return checked
  const { buyer, isPerson } = invoice
  return {
    ...checked,
    faults: checked.faults.filter(({ field }) => !field.startsWith('/title')),
    buyer,
    isPerson,
  }
}

/** X2: everything but a small correction of an ordinary invoice. */
function findReviewReason(
  invoice: StoredInvoice,
  { cause }: ReissueAsk,
  { red, blue }: Change,
): ReviewReason | null {
  if (cause === 'refund') return 'refund'
  if (invoice.kind === 'special' || blue?.kind === 'special') return 'special'
  const isSameAmount = blue !== null && blue.grossFen === -red.grossFen
  return isSameAmount && blue.grossFen <= REVIEW_ABOVE_FEN ? null : 'amount'
}

/** The credit line gets a red of its own month back, except an allowance (facts/invoicing.md §6.3). */
function restoredBy(
  red: InvoiceContent,
  { reason, issuedAt, now }: { reason: RedReason; issuedAt: Date; now: Date },
): Fen {
  const isSameMonth = businessDate(issuedAt).slice(0, 7) === businessDate(now).slice(0, 7)
  return isSameMonth && reason !== 'allowance' ? -red.netFen : 0n
}

function sum(shares: readonly { readonly amountFen: Fen }[]): Fen {
  return shares.reduce((total, { amountFen }) => total + amountFen, 0n)
}
