import type { InvoiceBrief, InvoiceView } from '../../server/contract/invoicing.ts'
import type {
  FieldChange,
  ReissueAsk,
  ReissueOffer,
  ReissuePlan,
  ReissueView,
} from '../../server/contract/reissues.ts'

type Deps = {
  readonly invoices: Map<string, InvoiceView>
  isAgent(token: string | null): boolean
  at(ms: number): string
}
type Call = { readonly body: unknown; readonly token: string | null }
type Answer = { readonly status: number; readonly body: unknown }

const ENDED: readonly string[] = ['done', 'rejected', 'red_refused', 'buyer_refused', 'lapsed', 'withdrawn']

/** Reissues as the contract says them. `advance` is the worker, the reviewer, the buyer and the bureau. */
export function createFakeReissues({ invoices, isAgent, at }: Deps) {
  const reissues = new Map<string, ReissueView>()
  const stale = new Map<string, NonNullable<ReissueOffer['stale']>>()
  let left = 2

  const latestOf = (invoiceId: string) =>
    [...reissues.values()].reverse().find(({ original }) => original.id === invoiceId) ?? null

  const offer = (invoiceId: string, token: string | null): ReissueOffer => {
    const fields = ['name', 'taxId', 'address', 'phone', 'bankName', 'bankAccount', 'email'] as const
    const isLive = ['issued', 'partly_reversed'].includes(invoices.get(invoiceId)?.state ?? '')
    return {
      code: !isLive ? 'reissue_not_possible' : left > 0 ? null : 'reissue_limit_reached',
      left: isAgent(token) ? left : Math.min(left, 1),
      fields: isAgent(token) ? ['kind', ...fields] : [...fields],
      reissueId: latestOf(invoiceId)?.id ?? null,
      stale: stale.get(invoiceId) ?? null,
    }
  }

  const plan = (invoice: InvoiceView, ask: ReissueAsk) =>
    planOf(invoice, ask, { left, excessFen: stale.get(invoice.id)?.excessFen ?? 0 })

  const start = (invoice: InvoiceView, ask: ReissueAsk, isStaff: boolean): ReissueView => {
    const running = latestOf(invoice.id)
    if (running !== null && !ENDED.includes(running.state)) return running
    const planned = plan(invoice, ask)
    const made = newReissue(`reissue-${reissues.size + 1}`, {
      planned,
      invoice,
      cause: ask.cause,
      isStaff,
      at: at(0),
    })
    reissues.set(made.id, made)
    if (ask.cause !== 'refund') left -= 1
    return made
  }

  const advance = (id: string, state: ReissueView['state'], patch: Partial<ReissueView> = {}) => {
    const before = reissues.get(id)
    if (before === undefined) throw new Error(`there is no reissue ${id}`)
    const moved = { ...before, ...patch, state, updatedAt: at(0), version: before.version + 1 }
    reissues.set(id, moved)
    return moved
  }

  const view = (reissue: ReissueView, token: string | null): ReissueView => ({
    ...reissue,
    actions: actionsOf(reissue, isAgent(token)),
  })

  const moves: Readonly<Record<string, (reissue: ReissueView) => ReissueView>> = {
    execute: ({ id }) => advance(id, 'red_requested', { waitsFor: 'bureau' }),
    withdraw: ({ id }) => advance(id, 'withdrawn', { waitsFor: 'nobody' }),
    retry_blue: ({ id }) => advance(id, 'blue_issuing', { endDetail: null }),
    acknowledge: ({ id, state }) => advance(id, state, { acknowledgedAt: at(0) }),
  }

  const refuse = (status: number, code: string): Answer => ({
    status,
    body: { type: `urn:fapiao:${code}`, title: code, status, code, source: 'client', detail: code },
  })

  const ask = (invoiceId: string, call: Call, isDry: boolean): Answer => {
    const invoice = invoices.get(invoiceId)
    if (invoice === undefined) return refuse(404, 'invoice_not_found')
    const asked = call.body as ReissueAsk // the fake's own page sent it
    if (isDry) return { status: 200, body: plan(invoice, asked) }
    return { status: 201, body: view(start(invoice, asked, isAgent(call.token)), call.token) }
  }
  const move = (id: string, { token }: Call, act: ReissueView['actions'][number]): Answer => {
    const reissue = reissues.get(id)
    if (reissue === undefined) return refuse(404, 'reissue_not_found')
    if (!actionsOf(reissue, isAgent(token)).includes(act)) return refuse(409, 'move_not_allowed')
    return { status: 200, body: view(moves[act]?.(reissue) ?? reissue, token) }
  }
  const show = (id: string, token: string | null): Answer => {
    const reissue = reissues.get(id)
    return reissue === undefined
      ? refuse(404, 'reissue_not_found')
      : { status: 200, body: view(reissue, token) }
  }
  const link = () => ({ url: 'https://invoices.example.com/i/a-tm#t=ack', expiresAt: at(604_800_000) })

  const routes: [RegExp, (id: string, call: Call) => Answer][] = [
    [
      /^GET \/invoices\/([^/]+)\/reissue-offer$/,
      (id, { token }) => ({ status: 200, body: offer(id, token) }),
    ],
    [/^POST \/invoices\/([^/]+)\/reissues\?dry_run=true$/, (id, call) => ask(id, call, true)],
    [/^POST \/invoices\/([^/]+)\/reissues$/, (id, call) => ask(id, call, false)],
    [/^GET \/reissues\/([^/]+)$/, (id, { token }) => show(id, token)],
    [/^POST \/reissues\/([^/]+)\/execute$/, (id, call) => move(id, call, 'execute')],
    [/^POST \/reissues\/([^/]+)\/withdraw$/, (id, call) => move(id, call, 'withdraw')],
    [/^POST \/reissues\/([^/]+)\/retry-blue$/, (id, call) => move(id, call, 'retry_blue')],
    [/^POST \/reissues\/([^/]+)\/acknowledge$/, (id, call) => move(id, call, 'acknowledge')],
    [/^POST \/reissues\/([^/]+)\/acknowledge-link$/, () => ({ status: 200, body: link() })],
  ]
  return {
    reissues,
    stale,
    routes,
    advance,
    /** Every reissue of the order is used. */
    useUp() {
      left = 0
    },
  }
}
export type FakeReissues = ReturnType<typeof createFakeReissues>

function actionsOf({ state, acknowledgedAt, cause }: ReissueView, isAgent: boolean): ReissueView['actions'] {
  const isWaiting = state === 'planned' || state === 'in_review'
  if (!isAgent) return isWaiting && acknowledgedAt === null ? ['acknowledge'] : []
  if (state === 'blue_failed') return ['retry_blue']
  if (state === 'planned') return ['execute', 'withdraw']
  return isWaiting && cause !== 'refund' ? ['withdraw'] : []
}

type Made = {
  planned: ReissuePlan
  invoice: InvoiceView
  cause: ReissueView['cause']
  isStaff: boolean
  at: string
}

function newReissue(id: string, { planned, invoice, cause, isStaff, at }: Made): ReissueView {
  return {
    ...planned,
    id,
    state: planned.reviewReason !== null ? 'in_review' : isStaff ? 'planned' : 'red_requested',
    cause,
    original: briefOf(invoice),
    red: null,
    replacement: null,
    redFormNumber: null,
    consentUntil: null,
    acknowledgedAt: isStaff ? null : at,
    endDetail: null,
    heldReason: null,
    waitsFor: isStaff ? 'requester' : 'bureau',
    expectedAt: null,
    actions: [],
    writeBack: null,
    orderNumbers: invoice.orderNumbers,
    createdAt: at,
    updatedAt: at,
    version: 1,
  }
}

const briefOf = ({ id, number, state, kind, grossFen, businessDate }: InvoiceView): InvoiceBrief => ({
  id,
  number,
  state,
  kind,
  grossFen,
  businessDate,
})

type Terms = { left: number; excessFen: number }

function planOf(invoice: InvoiceView, ask: ReissueAsk, terms: Terms): ReissuePlan {
  const change = ask.cause === 'refund' ? refundOf(invoice, ask, terms) : correctionOf(invoice, ask)
  const isSpecial = invoice.kind === 'special' || ask.kind === 'special'
  return {
    ...change,
    documents: change.grossFens.map(documentOf),
    buyerConsent: isSpecial ? 'unknown' : 'not_needed',
    consentHours: 72,
    credit: { restoredFen: 26460, neededFen: 26460, availableFen: 500_000_00 },
    reviewReason: ask.cause === 'refund' ? 'refund' : isSpecial ? 'special' : null,
    isWrittenBack: false,
    expectedSeconds: 20,
    left: terms.left - 1,
    errors:
      change.changes.length > 0
        ? []
        : [{ code: 'reissue_identical', field: '/title', detail: 'nothing changes' }],
    diffHash: 'a'.repeat(64),
  }
}

type Change = Pick<ReissuePlan, 'method' | 'methods' | 'reason' | 'changes' | 'oldLink'> & {
  grossFens: number[]
}

function correctionOf(invoice: InvoiceView, ask: ReissueAsk): Change {
  return {
    method: 'replace',
    methods: ['replace'],
    reason: 'mistake',
    changes: titleChanges(invoice, ask),
    oldLink: 'replaced',
    grossFens: [-invoice.grossFen, invoice.grossFen],
  }
}

function refundOf(
  invoice: InvoiceView,
  { method = 'partial_red' }: ReissueAsk,
  { excessFen }: Terms,
): Change {
  const isPart = method === 'partial_red'
  return {
    method,
    methods: ['partial_red', 'replace'],
    reason: 'return',
    changes: amountChange(invoice, excessFen),
    oldLink: isPart ? 'partly_reversed' : 'replaced',
    grossFens: isPart ? [-excessFen] : [-invoice.grossFen, invoice.grossFen - excessFen],
  }
}

function documentOf(grossFen: number): ReissuePlan['documents'][number] {
  const netFen = Math.round(grossFen / 1.13)
  const sums = { netFen, taxFen: grossFen - netFen, grossFen }
  const line = { spec: null, unit: '件', quantity: '1', rateBp: 1300, treatment: 'taxed' as const }
  const name = '*纸制品*邮驿手帐礼盒 2026 限定'
  return {
    ...sums,
    colour: grossFen < 0 ? 'red' : 'blue',
    lines: [{ ...line, ...sums, lineNo: 1, property: 'normal', name }],
  }
}

function amountChange({ grossFen }: InvoiceView, excessFen: number): FieldChange[] {
  const yuan = (fen: number) => (fen / 100).toFixed(2)
  return [{ field: 'amount', before: yuan(grossFen), after: yuan(grossFen - excessFen) }]
}

function titleChanges(invoice: InvoiceView, { title, kind, email }: ReissueAsk): FieldChange[] {
  const name = title?.name ?? invoice.buyerName
  const taxId =
    title !== undefined && 'taxId' in title ? (title.taxId ?? null) : title ? null : invoice.buyerTaxId
  const all: FieldChange[] = [
    { field: 'name', before: invoice.buyerName, after: name },
    { field: 'taxId', before: invoice.buyerTaxId, after: taxId },
    { field: 'kind', before: invoice.kind, after: kind ?? invoice.kind },
    { field: 'email', before: null, after: email ?? null },
  ]
  return all.filter(({ before, after }) => before !== after)
}
