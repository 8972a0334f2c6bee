import { maskEmail, maskPhone, maskTaxId } from '../../widget/title/mask.ts'
import type { InvoiceBrief } from '../contract/invoicing.ts'
import type { FieldChange, PlannedDocument, ReissuePlan, ReissueView } from '../contract/reissues.ts'
import { SENTENCES } from '../http/sentences.ts'
import type { InvoiceSummary } from '../invoicing/invoice.store.ts'
import type { InvoiceContent } from '../invoicing/invoice.ts'
import { jsonFen } from '../invoicing/money.ts'
import { viewBrief, viewLines } from '../invoicing/view-invoice.ts'
import type { IssuerCredit } from '../issuers/issuer.ts'
import type { Change } from './change.ts'
import type { Plan } from './plan-reissue.ts'
import type { Reissue } from './reissue.store.ts'
import { isRunning } from './reissue-state.ts'

/** Whose eyes: what is shown masked, and which buttons there are. */
export type Looker = {
  readonly role: 'agent' | 'customer' | 'merchant'
  /** May ask for and carry out changes: not who reviews them. */
  readonly mayAct: boolean
  readonly mayApprove: boolean
  /** As in the row: `agent:agent-7`. */
  readonly actor: string
}

/** A bureau answers a red form in seconds, and the new blue likewise (facts/invoicing.md §6.1). */
const RED_SECONDS = 15
const BLUE_SECONDS = 5

type SeenPlan = {
  plan: Plan
  diffHash: string
  role: Looker['role']
  credit: IssuerCredit
  consentMs: number
  isWrittenBack: boolean
}

/** The plan before it is made (F12). */
export function viewPlan({ plan, diffHash, role, credit, consentMs, isWrittenBack }: SeenPlan): ReissuePlan {
  const { method, methods, reason, change, faults, reviewReason, consent, restoredFen, neededFen, left } =
    plan
  return {
    method,
    methods: [...methods],
    reason,
    documents: viewDocuments(change),
    changes: viewChanges(change.changes, role),
    buyerConsent: consent,
    consentHours: Math.round(consentMs / 3_600_000),
    credit: {
      restoredFen: jsonFen(restoredFen),
      neededFen: jsonFen(neededFen),
      availableFen: credit.kind === 'known' ? jsonFen(credit.availableFen) : null,
    },
    reviewReason,
    isWrittenBack,
    oldLink: method === 'replace' ? 'replaced' : method === 'full_red' ? 'reversed' : 'partly_reversed',
    expectedSeconds: RED_SECONDS + (change.blue === null ? 0 : BLUE_SECONDS),
    left,
    errors: faults.map(({ code, field }) => ({ code, field, detail: SENTENCES[code] })),
    diffHash,
  }
}

type Seen = {
  reissue: Reissue
  change: Change
  /** The original, the red and the replacement, as far as they are there. */
  invoices: readonly InvoiceSummary[]
  orderNumbers: readonly string[]
  looker: Looker
}

/** 换开 as a person follows it. */
export function viewReissue({ reissue, change, invoices, orderNumbers, looker }: Seen): ReissueView {
  const { id, state, cause, method, reason, diffHash, reviewReason, endDetail, writeBack, version } = reissue
  const find = (invoiceId: string | null) => invoices.find((invoice) => invoice.id === invoiceId) ?? null
  const original = find(reissue.invoiceId)
  if (original === null) throw new Error(`the invoice of reissue ${id} is gone`)
  return {
    ...{ id, state, cause, method, reason, diffHash, reviewReason, endDetail, writeBack, version },
    changes: viewChanges(change.changes, looker.role),
    documents: viewDocuments(change),
    original: viewBrief(original),
    red: briefOrNull(find(reissue.redInvoiceId)),
    replacement: briefOrNull(find(reissue.replacementId)),
    redFormNumber: reissue.formNumber,
    consentUntil: state === 'waiting_buyer' ? (reissue.consentUntil?.toISOString() ?? null) : null,
    acknowledgedAt: reissue.acknowledgedAt?.toISOString() ?? null,
    heldReason: heldReasonOf(reissue),
    waitsFor: waitsFor(reissue),
    expectedAt: expectedAt(reissue)?.toISOString() ?? null,
    actions: actionsOf(reissue, looker),
    orderNumbers: [...orderNumbers],
    createdAt: reissue.createdAt.toISOString(),
    updatedAt: reissue.updatedAt.toISOString(),
  }
}

/** Waiting for the issuer to be there again: with the red form, or with the new blue. */
function heldReasonOf({ state, heldReason, blueHeldReason }: Reissue): ReissueView['heldReason'] {
  const reason = state === 'red_requested' ? heldReason : state === 'blue_issuing' ? blueHeldReason : null
  return HELD.find((known) => known === reason) ?? null
}

const HELD = ['offline', 'credit_exhausted', 'login_needed'] as const

const WAITS_FOR = {
  planned: 'requester',
  in_review: 'reviewer',
  red_requested: 'bureau',
  waiting_buyer: 'buyer',
  red_issued: 'bureau',
  blue_issuing: 'bureau',
  blue_failed: 'merchant',
} as const satisfies Partial<Record<Reissue['state'], ReissueView['waitsFor']>>

function waitsFor(reissue: Reissue): ReissueView['waitsFor'] {
  const { state, hasContradiction, blueContradicted } = reissue
  if (!isRunning(reissue) || state === 'writing_back') return 'nobody'
  // A person at the merchant has to look, log in or top up.
  const isStuck = state === 'blue_issuing' ? blueContradicted : hasContradiction
  return isStuck || heldReasonOf(reissue) !== null ? 'merchant' : WAITS_FOR[state as keyof typeof WAITS_FOR] // the running states
}

function expectedAt(reissue: Reissue): Date | null {
  const seconds =
    reissue.state === 'red_requested' ? RED_SECONDS : reissue.state === 'blue_issuing' ? BLUE_SECONDS : null
  if (seconds === null || waitsFor(reissue) !== 'bureau') return null
  return new Date(reissue.updatedAt.getTime() + seconds * 1000)
}

function actionsOf(reissue: Reissue, looker: Looker): ReissueView['actions'] {
  const { state, acknowledgedAt, actor, cause } = reissue
  const isWaiting = state === 'planned' || state === 'in_review'
  const isStaff = looker.mayAct && looker.role !== 'customer'
  const actions: ReissueView['actions'] = []
  if (isStaff && state === 'planned') actions.push('execute')
  // After a refund there is nothing to confirm: the amount follows the money.
  if (looker.role === 'customer' && isWaiting && acknowledgedAt === null && cause !== 'refund')
    actions.push('acknowledge')
  if (looker.mayApprove && state === 'in_review' && looker.actor !== actor) actions.push('approve', 'reject')
  if (mayWithdraw(reissue, looker)) actions.push('withdraw')
  if (isStaff && state === 'blue_failed') actions.push('retry_blue')
  return actions
}

/** Who asked may think better of it while nothing has left; staff also while the buyer has not answered. */
export function mayWithdraw({ state, actor, hasContradiction }: Reissue, looker: Looker): boolean {
  const isWaiting = state === 'planned' || state === 'in_review'
  if (!looker.mayAct || (looker.role === 'customer' && looker.actor !== actor)) return false
  if (looker.role === 'customer') return isWaiting
  return isWaiting || ((state === 'red_requested' || state === 'waiting_buyer') && !hasContradiction)
}

/** An agent sees what they need to recognise it; a customer and a backend see their own data. */
function viewChanges(changes: readonly FieldChange[], role: Looker['role']): FieldChange[] {
  if (role !== 'agent') return changes.map((change) => ({ ...change }))
  return changes.map(({ field, before, after }) => ({
    field,
    before: mask(field, before),
    after: mask(field, after),
  }))
}

function mask(field: FieldChange['field'], value: string | null): string | null {
  if (value === null) return null
  if (field === 'taxId' || field === 'bankAccount') return maskTaxId(value)
  if (field === 'email') return maskEmail(value)
  return field === 'phone' ? maskPhone(value) : value
}

function viewDocuments({ red, blue }: Change): PlannedDocument[] {
  return blue === null ? [viewDocument(red)] : [viewDocument(red), viewDocument(blue)]
}

/** A document before it exists: of a plan, or of a request under review. */
export function viewDocument({ colour, netFen, taxFen, grossFen, lines }: InvoiceContent): PlannedDocument {
  return {
    colour,
    netFen: jsonFen(netFen),
    taxFen: jsonFen(taxFen),
    grossFen: jsonFen(grossFen),
    lines: viewLines(lines),
  }
}

function briefOrNull(summary: InvoiceSummary | null): InvoiceBrief | null {
  return summary === null ? null : viewBrief(summary)
}
