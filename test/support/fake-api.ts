import type { InvoiceAsk, InvoiceRequestView, InvoiceView, Preview } from '../../server/contract/invoicing.ts'
import type { OrderView } from '../../server/contract/orders.ts'
import type { ProblemCode } from '../../server/contract/problems.ts'
import type { SessionView } from '../../server/contract/sessions.ts'
import { createFakeReissues } from './fake-reissues.ts'
import { createFakeTitles } from './fake-titles.ts'

export type FakeCall = {
  readonly method: string
  /** Below `/v1`, with its query. */
  readonly path: string
  readonly body: unknown
  readonly token: string | null
  readonly key: string | null
}
export type FakeAnswer = { readonly status: number; readonly body: unknown }

type Faults = readonly { code: ProblemCode; field: string; detail: string }[]
type Row = {
  number: string
  paidFen: number
  refundedFen?: number
  code?: ProblemCode
  nextAction?: OrderView['invoiceability']['nextAction']
  at?: string
  /** Where a request for it ends. */
  outcome?: InvoiceRequestView['state']
  undoSeconds?: number
}

/** Orders of the demo, and the numbers that drive a failure. */
const ROWS: readonly Row[] = [
  { number: 'WX-2001', paidFen: 9990 },
  { number: 'WX-2003', paidFen: 6000 },
  { number: 'TM-1001', paidFen: 29900 },
  { number: 'TM-1003', paidFen: 16800, code: 'order_not_paid', nextAction: 'pay_order' },
  { number: 'TM-1004', paidFen: 50000, refundedFen: 12000 },
  {
    number: 'TM-1005',
    paidFen: 26000,
    code: 'order_refund_in_progress',
    nextAction: 'come_back_later',
    at: '2026-11-25T08:00:00Z',
  },
  { number: 'TM-1006', paidFen: 18800, code: 'order_cancelled', nextAction: 'order_again' },
  { number: 'WX-2002', paidFen: 4500, code: 'order_fully_refunded', nextAction: 'none' },
  {
    number: 'TM-1010',
    paidFen: 15800,
    code: 'order_deadline_passed',
    nextAction: 'contact_service',
    at: '2025-12-17T16:00:00Z',
  },
  { number: 'PDD-3001', paidFen: 3600, undoSeconds: 120 },
  { number: 'DEMO-OFFLINE', paidFen: 5000, outcome: 'held' },
  { number: 'DEMO-INDOUBT', paidFen: 5000, outcome: 'in_doubt' },
  { number: 'DEMO-REJECT', paidFen: 5000, outcome: 'rejected' },
  { number: 'DEMO-REVIEW', paidFen: 5000, outcome: 'in_review' },
  { number: 'DEMO-SLOW', paidFen: 5000, outcome: 'issuing' },
]

const SHOP_ID = '00000000-0000-4000-8000-000000000001'
const TITLES = [
  { name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10', source: 'directory' as const },
  { name: '上海演示贸易有限公司', taxId: '91310000MA1FL0QA1C', source: 'directory' as const },
]

export type FakeApiOptions = { now?: () => number; isDemo?: boolean }

/**
 * An in-memory stand-in for the server: it answers as the contract says and remembers every call. A link
 * token is `order:<number>`, `shop` or `orders`; anything else is refused. `hold` makes calls wait or fail.
 */
export function createFakeApi({ now = Date.now, isDemo = true }: FakeApiOptions = {}) {
  const calls: FakeCall[] = []
  const requests = new Map<string, InvoiceRequestView>()
  const byKey = new Map<string, string>()
  const proven = new Map<string, string[]>()
  const invoices = new Map<string, InvoiceView>()
  const refusals: Refusal[] = []
  const agents = new Set<string>()
  let attempts = 0
  let serial = 0
  const nextId = () => `00000000-0000-4000-8000-${(1000 + serial++).toString().padStart(12, '0')}`
  const at = (ms: number) => new Date(now() + ms).toISOString()

  const reissues = createFakeReissues({
    invoices,
    isAgent: (token) => agents.has(token ?? ''),
    at: (ms) => at(ms),
  })

  const titles = createFakeTitles({ isAgent: (token) => agents.has(token ?? ''), at: () => at(0) })

  const session = (via: SessionView['via'], orderIds: string[]): SessionView => {
    const token = `session-${serial++}`
    proven.set(token, orderIds)
    return { token, expiresAt: at(15 * 60_000), role: 'customer', shops: [shop(isDemo)], orderIds, via }
  }

  const order = (id: string): OrderView | null => {
    const row = ROWS.find(({ number }) => number === id.slice('order-'.length))
    if (row === undefined) return null
    const mine = [...requests.values()].filter(({ orderIds }) => orderIds.includes(id))
    return viewOrder(row, mine[mine.length - 1] ?? null, [...invoices.values()])
  }

  const move = (id: string, state: InvoiceRequestView['state']): InvoiceRequestView | null => {
    const before = requests.get(id)
    if (before === undefined) return null
    const moved = advance(before, state, at(0))
    requests.set(id, moved)
    if (moved.state === 'issued') invoices.set(`invoice-${id}`, viewInvoice(moved, isDemo))
    return moved
  }

  /** The reply, and only it, gives back what was typed. */
  const withdraw = (id: string) => {
    const moved = move(id, 'withdrawn')
    return moved && { ...moved, typed: typedOf(moved) }
  }

  const ask = (body: unknown, key: string | null): FakeAnswer => {
    const asked = body as InvoiceAsk // the fake's own page sent it
    const standing = byKey.get(String(key))
    if (standing !== undefined) return { status: 202, body: requests.get(standing) }
    const found = order(asked.orderIds[0] ?? '')
    const refusal = refusalOf(asked, found)
    if (refusal !== null || found === null) return refusal ?? problem(404, 'order_not_found')
    const undo = ROWS.find(({ number }) => number === found.number)?.undoSeconds ?? 0
    const made = newRequest(nextId(), asked, {
      order: found,
      at: at(0),
      undoUntil: undo ? at(undo * 1000) : null,
    })
    requests.set(made.id, made)
    byKey.set(String(key), made.id)
    return { status: 202, body: made }
  }

  const lookUp = (body: unknown): FakeAnswer => {
    const { text, proof } = body as { text: string; proof?: { amount?: string; tail?: string } }
    const none = {
      kind: 'proof_needed',
      number: text.toUpperCase(),
      order: null,
      candidates: [],
      session: null,
    }
    if (proof === undefined) return { status: 200, body: none }
    if (attempts >= 5) return problem(429, 'proof_cooldown', { retryAfter: 900 })
    const found = order(`order-${text.toUpperCase()}`)
    const paid = found === null ? NaN : found.ladder.paidFen
    const fits = Math.round(Number(proof.amount) * 100) === paid || proof.tail === '5678'
    if (found === null || !fits) {
      attempts += 1
      return problem(404, 'order_not_found')
    }
    return {
      status: 200,
      body: { ...none, kind: 'found', order: found, session: session('proof', [found.id]) },
    }
  }

  const open = (body: unknown): FakeAnswer => {
    const { linkToken } = body as { linkToken: string }
    if (linkToken === 'shop') return { status: 200, body: session('shop_link', []) }
    const numbers = linkToken === 'orders' ? ['WX-2001', 'WX-2002', 'WX-2003'] : [linkToken.slice(6)]
    const ids = numbers.map((number) => `order-${number}`).filter((id) => order(id) !== null)
    if (ids.length === 0) return problem(401, 'link_invalid')
    return { status: 200, body: session('order_link', ids) }
  }

  const routes: [RegExp, (id: string, call: FakeCall) => FakeAnswer][] = [
    [/^POST \/sessions\/link$/, (_, { body }) => open(body)],
    [/^POST \/sessions\/renew$/, (_, { token }) => ok(session('proof', proven.get(token ?? '') ?? []))],
    [/^POST \/orders\/look-up$/, (_, { body }) => lookUp(body)],
    [/^GET \/orders$/, (_, { token }) => ok({ items: (proven.get(token ?? '') ?? []).map(order) })],
    [/^GET \/orders\/(.+)$/, (id) => okOr(order(id), 'order_not_found')],
    [/^POST \/invoice-requests\?dry_run=true$/, (_, { body }) => ok(preview(body as InvoiceAsk, order))],
    [/^POST \/invoice-requests$/, (_, { body, key }) => ask(body, key)],
    [/^POST \/invoice-requests\/(.+)\/withdraw$/, (id) => okOr(withdraw(id), 'move_not_allowed')],
    [/^POST \/invoice-requests\/(.+)\/fix$/, (id) => okOr(move(id, 'queued'), 'move_not_allowed')],
    [/^GET \/invoice-requests\/(.+)$/, (id) => okOr(requests.get(id) ?? null, 'invoice_request_not_found')],
    [/^GET \/invoices\/([^/]+)$/, (id) => okOr(invoices.get(id) ?? null, 'invoice_not_found')],
    [/^POST \/invoices\/(.+)\/downloads$/, (id, { body }) => ok(download(id, body, at(600_000)))],
    [/^POST \/invoices\/(.+)\/deliveries$/, (id, { body }) => mail(invoices, id, body, at(0))],
    ...reissues.routes,
    ...titles.routes,
    [/^POST \/titles\/search$/, (_, { body }) => ok({ items: searchTitles(body) })],
    [/^POST \/tickets$/, (_, { body }) => ok(ticket(body, at(0), at(86_400_000)))],
  ]

  const answer = (call: FakeCall): FakeAnswer => {
    calls.push(call)
    const refusal = takeRefusal(refusals, call.path)
    if (refusal !== null) return refusal
    const isOpen = call.path.startsWith('/sessions/link')
    if (!isOpen && !proven.has(call.token ?? '')) return problem(401, 'token_invalid')
    const line = `${call.method} ${call.path}`
    const [route, act] = routes.find(([pattern]) => pattern.test(line)) ?? []
    const id = decodeURIComponent(route?.exec(line)?.[1] ?? '')
    if (act) return act(id, call)
    return problem(404, 'route_not_found')
  }

  return {
    calls,
    requests,
    answer,
    invoices,
    reissues,
    /** 抬头簿 of the one customer. */
    titles,
    /** Sessions that belong to staff. */
    agents,
    /** Moves a request as the worker would. */
    move,
    /** The end that the request's order is made for. */
    outcomeOf: (request: InvoiceRequestView) =>
      ROWS.find(({ number }) => request.orderNumbers.includes(number))?.outcome ?? 'issued',
    /** The next call to this path is answered so instead. */
    refuse: (path: string, refusal: FakeAnswer) => refusals.push({ path, answer: refusal }),
    /** Every token so far is worth nothing: what fifteen minutes do. */
    endSessions: () => proven.clear(),
    session,
    fetch: async (input: unknown, init: RequestInit = {}) => respond(answer(readCall(String(input), init))),
  }
}
export type FakeApi = ReturnType<typeof createFakeApi>

export function problem(status: number, code: ProblemCode, extra: object = {}): FakeAnswer {
  const base = { type: `urn:fapiao:${code}`, title: code, status, code, source: 'client', detail: code }
  return { status, body: { ...base, requestId: 'r-1', ...extra } }
}

const ok = (body: unknown): FakeAnswer => ({ status: 200, body })
const okOr = (body: unknown, code: ProblemCode) => (body === null ? problem(404, code) : ok(body))

type Refusal = { path: string; answer: FakeAnswer }

function takeRefusal(refusals: Refusal[], path: string): FakeAnswer | null {
  const index = refusals.findIndex((refusal) => path.startsWith(refusal.path))
  return index < 0 ? null : (refusals.splice(index, 1)[0]?.answer ?? null)
}

function readCall(url: string, init: RequestInit): FakeCall {
  const headers = new Headers(init.headers)
  return {
    method: init.method ?? 'GET',
    path: url.slice(url.indexOf('/v1') + 3),
    body: typeof init.body === 'string' ? JSON.parse(init.body) : null,
    token: headers.get('authorization')?.replace('Bearer ', '') ?? null,
    key: headers.get('idempotency-key'),
  }
}

function respond({ status, body }: FakeAnswer): Response {
  const text = status === 204 ? null : JSON.stringify(body)
  return new Response(text, { status, headers: { 'content-type': 'application/json' } })
}

function shop(isDemo: boolean): SessionView['shops'][number] {
  return {
    id: SHOP_ID,
    code: 'a-wx',
    name: '邮驿文创旗舰店',
    platform: 'own',
    merchantName: '武汉邮驿文创有限公司',
    logoUrl: null,
    accent: '#0b6e4f',
    serviceText: null,
    selfServiceDays: 365,
    isDemo,
  }
}

function viewOrder(row: Row, request: InvoiceRequestView | null, invoices: InvoiceView[]): OrderView {
  const { paidFen, refundedFen = 0 } = row
  const mine = invoices.filter(({ orderNumbers }) => orderNumbers.includes(row.number))
  const isStanding = request !== null && request.state !== 'rejected' && request.state !== 'withdrawn'
  const standing: Partial<Row> = mine.length
    ? { code: 'order_already_invoiced', nextAction: 'download_invoice' }
    : isStanding
      ? { code: 'order_being_invoiced', nextAction: 'see_request' }
      : {}
  const { code = null, nextAction = 'request_invoice', at = null } = { ...row, ...standing }
  const claimedFen = isStanding ? paidFen - refundedFen : 0
  const line = { kind: 'goods' as const, spec: null, quantity: '1', discountFen: 0 }
  return {
    id: `order-${row.number}`,
    number: row.number,
    shopId: SHOP_ID,
    shopName: '邮驿文创旗舰店',
    platform: 'own',
    state: code === 'order_not_paid' ? 'pending_payment' : 'completed',
    orderedAt: '2026-11-18T03:20:00Z',
    paidAt: '2026-11-18T03:21:00Z',
    completedAt: '2026-11-20T03:21:00Z',
    buyer: { name: '张*三', phone: '138****5678', email: null },
    titleHint: null,
    lines: [{ ...line, lineNo: 1, title: '邮驿手帐礼盒 2026 限定', amountFen: paidFen, paidFen }],
    ladder: {
      goodsFen: paidFen,
      freightFen: 0,
      discountFen: 0,
      paidFen,
      refundedFen,
      platformFen: 0,
      claimedFen,
      invoiceableFen: paidFen - refundedFen - claimedFen,
      roundingLineNo: null,
    },
    invoiceability: {
      isInvoiceable: code === null,
      code,
      nextAction,
      at,
      selfServiceUntil: '2027-11-20T03:21:00Z',
      invoice: null,
      overrideNeeded: false,
    },
    request: request && {
      id: request.id,
      ticketNumber: request.ticketNumber,
      state: request.state,
      amountFen: request.amountFen,
      createdAt: request.createdAt,
      version: request.version,
    },
    invoices: mine.map(({ id, number, state, kind, colour, grossFen, businessDate }) => ({
      id,
      number,
      state,
      kind,
      colour,
      grossFen,
      amountFen: grossFen,
      orders: [],
      businessDate,
    })),
    reversals: [],
    refunds: [],
    hasOpenRefund: false,
    stale: null,
    version: 1,
  }
}

/** The one fault that the page cannot find by itself: the bureau knows this company under another name. */
function faultsOf({ title }: InvoiceAsk): Faults {
  if (title.kind !== 'company' || !title.name.includes('注销')) return []
  return [{ code: 'title_name_missing', field: '/title/name', detail: 'unknown company' }]
}

function refusalOf(ask: InvoiceAsk, order: OrderView | null): FakeAnswer | null {
  const errors = faultsOf(ask)
  if (errors.length > 0) return problem(422, 'preflight_failed', { errors })
  const code = order?.invoiceability.code ?? null
  return code === null ? null : problem(409, code)
}

function preview(ask: InvoiceAsk, order: (id: string) => OrderView | null): Preview {
  const found = order(ask.orderIds[0] ?? '')
  const all = ask.orderIds.map((id) => order(id)?.ladder.invoiceableFen ?? 0)
  const sum = (amounts: readonly number[]) => amounts.reduce((total, each) => total + each, 0)
  const [grossFen, netFen] = [sum(all), sum(all.map((each) => Math.round(each / 1.13)))]
  const sums = { netFen, taxFen: grossFen - netFen, grossFen }
  const onTotalFen = grossFen - Math.round(grossFen / 1.13)
  const line = { spec: null, unit: '件', quantity: '1', rateBp: 1300, treatment: 'taxed' as const }
  return {
    ...sums,
    amountInWords: '贰佰玖拾玖圆整',
    buyerName: ask.title.name ?? '个人',
    buyerTaxId: ask.title.kind === 'company' ? ask.title.taxId : null,
    sellerName: '武汉邮驿文创有限公司',
    remark: '',
    lines: [{ ...line, ...sums, lineNo: 1, property: 'normal', name: '*纸制品*邮驿手帐礼盒 2026 限定' }],
    presentation: { showGifts: true, showDiscounts: true, showRemark: true },
    errors: [...faultsOf(ask)],
    parts: [{ ...sums, lineCount: 1, orders: [] }],
    centNote: onTotalFen === sums.taxFen ? null : { sumFen: sums.taxFen, onTotalFen },
    needsReview: ask.kind === 'special',
    reviewReason: ask.kind === 'special' ? 'special' : null,
    undoSeconds: found?.number === 'PDD-3001' ? 120 : 0,
  }
}

type Made = { order: OrderView; at: string; undoUntil: string | null }

function newRequest(id: string, ask: InvoiceAsk, { order, at, undoUntil }: Made): InvoiceRequestView {
  return {
    id,
    ticketNumber: `K26112${id.slice(-4)}`,
    state: undoUntil === null ? 'queued' : 'submitted',
    kind: ask.kind,
    amountFen: order.ladder.invoiceableFen,
    orderIds: [...ask.orderIds],
    orderNumbers: ask.orderIds.map((each) => each.replace('order-', '')),
    shopId: SHOP_ID,
    surface: 'h5',
    buyerName: ask.title.name ?? '个人',
    buyerTaxId: ask.title.kind === 'company' ? ask.title.taxId : null,
    email: ask.email ?? null,
    createdAt: at,
    updatedAt: at,
    undoUntil,
    heldReason: null,
    reviewReason: null,
    rejectDetail: null,
    overrideReason: null,
    fix: null,
    doubt: null,
    siblings: [],
    typed: null,
    waitsFor: undoUntil === null ? 'bureau' : 'undo_window',
    expectedAt: null,
    invoiceId: null,
    version: 1,
  }
}

function advance(
  request: InvoiceRequestView,
  state: InvoiceRequestView['state'],
  at: string,
): InvoiceRequestView {
  return {
    ...request,
    state,
    updatedAt: at,
    undoUntil: null,
    heldReason: state === 'held' ? 'offline' : null,
    rejectDetail: state === 'rejected' ? '购买方纳税人识别号与名称不符' : null,
    waitsFor: state === 'in_review' ? 'reviewer' : state === 'rejected' ? 'requester' : 'bureau',
    invoiceId: state === 'issued' ? `invoice-${request.id}` : null,
    fix: state === 'rejected' ? { fields: [{ field: 'taxId', value: request.buyerTaxId }] } : null,
    doubt: state === 'in_doubt' ? doubtAt(at) : null,
    version: request.version + 1,
  }
}

function typedOf({ kind, buyerName, buyerTaxId, email }: InvoiceRequestView): InvoiceRequestView['typed'] {
  const rest = {
    address: null,
    companyPhone: null,
    bankName: null,
    bankAccount: null,
    phone: null,
    remark: '',
  }
  const titleKind = buyerTaxId === null ? ('person' as const) : ('company' as const)
  return { ...rest, kind, titleKind, name: buyerName, taxId: buyerTaxId, email }
}

function doubtAt(at: string): NonNullable<InvoiceRequestView['doubt']> {
  const nextQueryAt = new Date(Date.parse(at) + 30_000).toISOString()
  return { sentAt: at, askedCount: 2, nextQueryAt, scheduleSeconds: [5, 15, 30, 60, 300] }
}

function viewInvoice(request: InvoiceRequestView, isDemo: boolean): InvoiceView {
  const grossFen = request.amountFen
  const netFen = Math.round(grossFen / 1.13)
  const mail = { id: 'd-1', channel: 'mail' as const, state: 'delivered' as const, reason: null, attempts: 1 }
  return {
    id: `invoice-${request.id}`,
    requestId: request.id,
    number: '26422000000000012345',
    state: 'issued',
    kind: request.kind,
    colour: 'blue',
    sellerName: '武汉邮驿文创有限公司',
    buyerName: request.buyerName,
    buyerTaxId: request.buyerTaxId,
    netFen,
    taxFen: grossFen - netFen,
    grossFen,
    amountInWords: '',
    issuedAt: request.updatedAt,
    businessDate: '2026-11-22',
    isDemo,
    orderNumbers: request.orderNumbers,
    stale: null,
    relations: { reverses: null, reversedBy: [], replacedBy: null, replaces: null },
    formats: ['pdf', 'xml', 'png'],
    deliveries:
      request.email === null ? [] : [{ ...mail, target: 'a***@ex.cn', updatedAt: request.updatedAt }],
    resendsLeft: 3,
  }
}

function download(id: string, body: unknown, expiresAt: string) {
  const { format } = body as { format: string }
  return { url: `/files/${id}.${format}?ticket=1`, fileName: `${id}.${format}`, expiresAt }
}

function mail(invoices: Map<string, InvoiceView>, id: string, body: unknown, at: string): FakeAnswer {
  const invoice = invoices.get(id)
  const { email } = body as { email: string }
  if (invoice === undefined) return problem(404, 'invoice_not_found')
  const delivery = {
    id: `d-${invoice.deliveries.length + 1}`,
    channel: 'mail' as const,
    target: email.replace(/^(.).*@/, '$1***@'),
    state: 'queued' as const,
    reason: null,
    attempts: 0,
    updatedAt: at,
  }
  const deliveries = [...invoice.deliveries, delivery]
  invoices.set(id, { ...invoice, deliveries, resendsLeft: invoice.resendsLeft - 1 })
  return { status: 202, body: delivery }
}

function searchTitles(body: unknown) {
  const { text } = body as { text: string }
  return TITLES.filter(({ name, taxId }) => name.includes(text) || taxId.startsWith(text.toUpperCase()))
}

function ticket(body: unknown, createdAt: string, dueAt: string) {
  const { kind, orderId } = body as { kind: string; orderId: string | null }
  const orderNumber = orderId === null ? null : orderId.replace('order-', '')
  const about = { kind, orderId, orderNumber, requestId: null }
  return { ...about, id: 't-1', number: 'T26112200017', state: 'open', createdAt, dueAt }
}
