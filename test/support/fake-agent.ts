import type { OrderCandidate, OrderView } from '../../server/contract/orders.ts'
import type { SessionView } from '../../server/contract/sessions.ts'
import { createFakeApi, type FakeAnswer, type FakeApi, type FakeCall, problem } from './fake-api.ts'

const ok = (body: unknown, status = 200): FakeAnswer => ({ status, body })

/** A QR code as markup; three squares are enough to see it. */
const QR =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h3v3H0zM6 0h3v3H6zM0 6h3v3H0zM4 4h2v2H4zM7 7h2v2H7z"/></svg>'

/**
 * The fake API with what agents and storefronts ask for besides: launch tokens (read, not verified), look-up
 * without a proof, choosing between shops, reveals, links, replies and the list of the day.
 */
export function createFakeAgentApi({ sessionSeconds = 900 } = {}) {
  const api = createFakeApi()
  const calls: FakeCall[] = []
  const reasons: string[] = []
  let revealsLeft = 30

  const orderOf = (id: string): OrderView | null => {
    const token = api.session('proof', []).token
    const { status, body } = api.answer({
      method: 'GET',
      path: `/orders/${id}`,
      body: null,
      token,
      key: null,
    })
    return status === 200 ? (body as OrderView) : null // the fake's own answer
  }

  const launch = (body: unknown): FakeAnswer => {
    const claims = readLaunch(body)
    if (claims === null) return problem(401, 'token_invalid')
    const ids = claims.orders.map((number) => `order-${number}`)
    const session: SessionView = { ...api.session('launch', ids), role: claims.role }
    if (claims.role === 'agent') api.agents.add(session.token)
    const seconds = claims.sessionSeconds ?? sessionSeconds
    return ok({ ...session, expiresAt: new Date(Date.now() + seconds * 1000).toISOString() })
  }

  const lookUp = (body: unknown): FakeAnswer => {
    const { text } = body as { text: string }
    const number = /[A-Z]+-[A-Z0-9]+/.exec(text.normalize('NFKC').replace(/\s/g, '').toUpperCase())?.[0]
    if (number === undefined) return problem(422, 'order_number_invalid')
    const none = { number, order: null, candidates: [], session: null }
    if (number === 'DUP-4001') return ok({ ...none, kind: 'choose', candidates: CANDIDATES })
    const order = orderOf(`order-${number}`)
    return order === null ? problem(404, 'order_not_found') : ok({ ...none, kind: 'found', order })
  }

  const reveal = (body: unknown): FakeAnswer => {
    const { reason } = body as { reason: string }
    if (revealsLeft === 0) return problem(429, 'reveal_budget_spent')
    reasons.push(reason)
    revealsLeft -= 1
    return ok({
      name: '张小三',
      phone: '13812345678',
      email: null,
      address: '湖北省武汉市洪山区示例路 1 号',
      revealsLeft,
    })
  }

  const reply = (id: string, body: unknown): FakeAnswer => {
    const request = api.requests.get(id)
    if (request === undefined) return problem(404, 'invoice_request_not_found')
    if (request.version !== (body as { version: number }).version) return problem(409, 'reply_outdated')
    const url = 'https://invoices.example.com/i/a-tm#t=reply'
    const text =
      request.state === 'issued'
        ? `您的发票已开具，点此查看和下载（10 分钟内有效）：${url}`
        : `您的开票申请 ${request.ticketNumber} 正在处理，进度：${url}`
    return ok({ text, url, expiresAt: new Date(Date.now() + 600_000).toISOString() })
  }

  const link = () => {
    const expiresAt = new Date(Date.now() + 30 * 86_400_000).toISOString()
    return ok({ id: 'link-1', url: 'https://invoices.example.com/i/a-tm#t=link', qrSvg: QR, expiresAt })
  }

  const routes: [RegExp, (id: string, call: FakeCall) => FakeAnswer][] = [
    [/^POST \/sessions\/launch$/, (_, { body }) => launch(body)],
    [/^POST \/orders\/look-up$/, (_, { body }) => lookUp(body)],
    [/^GET \/orders\/order-DUP-4001$/, () => ok({ ...orderOf('order-TM-1001'), ...DUPLICATE })],
    [/^POST \/orders\/(.+)\/reveal$/, (_, { body }) => reveal(body)],
    [/^POST \/orders\/(.+)\/links$/, link],
    [/^GET \/invoice-requests$/, () => ok({ items: [...api.requests.values()].reverse() })],
    [/^POST \/invoice-requests\/(.+)\/reply$/, (id, { body }) => reply(id, body)],
  ]

  const answer = (call: FakeCall): FakeAnswer => {
    calls.push(call)
    const line = `${call.method} ${call.path}`
    const [route, act] = routes.find(([pattern]) => pattern.test(line)) ?? []
    if (route === undefined || act === undefined) return api.answer(call)
    // The fake below knows which tokens live: an ended session must not get past it.
    const probe = { ...call, method: 'GET', path: '/orders' }
    const isOpen = call.path === '/sessions/launch' || api.answer(probe).status === 200
    return isOpen ? act(decodeURIComponent(route.exec(line)?.[1] ?? ''), call) : problem(401, 'token_invalid')
  }
  const fetch = async (input: unknown, init: RequestInit = {}) => {
    const headers = new Headers(init.headers)
    const { status, body } = answer({
      method: init.method ?? 'GET',
      path: String(input).split('/v1')[1] ?? '',
      body: typeof init.body === 'string' ? JSON.parse(init.body) : null,
      token: headers.get('authorization')?.replace('Bearer ', '') ?? null,
      key: headers.get('idempotency-key'),
    })
    return new Response(JSON.stringify(body), { status })
  }
  const own: FakeApi & { reasons: string[] } = { ...api, calls, answer, fetch, reasons }
  return own
}

const DUPLICATE = { id: 'order-DUP-4001', number: 'DUP-4001' }

const CANDIDATES: OrderCandidate[] = [
  { shopName: '邮驿文创天猫店', platform: 'taobao', paidFen: 10000 },
  { shopName: '邮驿文创拼多多店', platform: 'pdd', paidFen: 3600 },
].map((shop) => ({
  ...shop,
  orderId: 'order-DUP-4001',
  number: 'DUP-4001',
  orderedAt: '2026-11-10T03:00:00Z',
}))

/** A launch token that the fake accepts: it reads the payload and believes it. */
export const fakeLaunchToken = (launch: Launch): string => `e30.${btoa(JSON.stringify(launch))}.x`

type Launch = { role: 'agent' | 'customer'; orders: string[]; sessionSeconds?: number }

function readLaunch(body: unknown): Launch | null {
  try {
    const { launchToken } = body as { launchToken: string }
    const payload = (launchToken.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
    return JSON.parse(atob(payload)) as Launch
  } catch {
    return null
  }
}
