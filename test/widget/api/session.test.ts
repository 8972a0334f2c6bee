import { describe, expect, test } from 'vitest'
import { createCall } from '../../../widget/api/call.ts'
import { getOrder } from '../../../widget/api/get-order.ts'
import { ApiProblem, NetworkFailure } from '../../../widget/api/problems.ts'
import { createSession, withSession } from '../../../widget/api/session.ts'
import { createFakeApi, problem } from '../../support/fake-api.ts'

const ORDER = 'order-TM-1001'

function openPage() {
  let nowMs = Date.parse('2026-11-22T02:00:00Z')
  const now = () => nowMs
  const api = createFakeApi({ now })
  const session = createSession(now)
  const bare = createCall({
    fetch: api.fetch,
    bearer: session.bearer,
    language: () => 'zh-CN',
    timeoutMs: 30,
  })
  const call = withSession(session, bare, now)
  session.accept(api.session('order_link', [ORDER]))
  const paths = () => api.calls.map(({ path }) => path)
  return { api, session, call, paths, pass: (minutes: number) => (nowMs += minutes * 60_000) }
}

describe('a session', () => {
  test('is left alone while it has long to live', async () => {
    const page = openPage()

    await getOrder(page.call, ORDER)

    expect(page.paths()).toEqual([`/orders/${ORDER}`])
  })

  test('renews itself once, before several calls that come together near its end', async () => {
    const page = openPage()
    const before = page.session.bearer()
    page.pass(11)

    await Promise.all([getOrder(page.call, ORDER), getOrder(page.call, ORDER)])

    expect(page.paths().filter((path) => path === '/sessions/renew')).toHaveLength(1)
    expect(page.session.bearer()).not.toBe(before)
    expect(page.api.calls[page.api.calls.length - 1]?.token).toBe(page.session.bearer())
  })

  test('is minted anew after the server refused it, and the call goes through', async () => {
    const page = openPage()
    let mints = 0
    page.session.onExpired(async () => {
      mints += 1
      return page.api.session('launch', [ORDER])
    })
    page.api.endSessions()

    const orders = await Promise.all([getOrder(page.call, ORDER), getOrder(page.call, ORDER)])

    expect(orders.map(({ number }) => number)).toEqual(['TM-1001', 'TM-1001'])
    expect(mints).toBe(1)
    expect(page.session.hasEnded()).toBe(false)
  })

  test('ends, and says so, when nobody can mint another', async () => {
    const page = openPage()
    const heard: boolean[] = []
    page.session.subscribe(() => heard.push(page.session.hasEnded()))
    page.api.endSessions()

    await expect(getOrder(page.call, ORDER)).rejects.toMatchObject({ code: 'token_invalid' })

    expect(heard).toEqual([true])
  })
})

describe('a call', () => {
  test('hands on what the server refused, with all faults', async () => {
    const page = openPage()
    const errors = [{ code: 'email_invalid' as const, field: '/email', detail: 'no' }]
    page.api.refuse('/orders', problem(422, 'preflight_failed', { errors, retryAfter: 7 }))

    const refusal = await getOrder(page.call, ORDER).catch((cause: unknown) => cause)

    expect(refusal).toBeInstanceOf(ApiProblem)
    expect(refusal).toMatchObject({ code: 'preflight_failed', status: 422, errors, retryAfter: 7 })
  })

  test.each([
    ['null', null],
    ['a list', []],
    ['a text', 'order'],
    ['an order without lines', { id: 'x' }],
    ['an order whose amount is a text', { ladder: { paidFen: '1' } }],
  ])('takes %s for unreadable, not for an order', async (_, body) => {
    const page = openPage()
    page.api.refuse('/orders', { status: 200, body })

    await expect(getOrder(page.call, ORDER)).rejects.toMatchObject({ kind: 'unreadable' })
  })

  test('takes an error page of a proxy for no answer', async () => {
    const page = openPage()
    page.api.refuse('/orders', { status: 502, body: 'Bad gateway' })

    await expect(getOrder(page.call, ORDER)).rejects.toMatchObject({ kind: 'unreachable' })
  })

  test('gives up at its deadline', async () => {
    const never: typeof fetch = (_, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new DOMException('late', 'AbortError')))
      })
    const call = createCall({ fetch: never, bearer: () => null, language: () => 'en', timeoutMs: 5 })

    const failure = await getOrder(call, ORDER).catch((cause: unknown) => cause)

    expect(failure).toBeInstanceOf(NetworkFailure)
    expect(failure).toMatchObject({ kind: 'timeout' })
  })
})
