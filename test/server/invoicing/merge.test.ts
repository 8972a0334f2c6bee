import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, openTestApp, type TestApp } from '../../support/app.ts'
import { findBookFaults } from '../../support/check-books.ts'
import { openScriptedIssuer } from '../../support/scripted-issuer.ts'

const COMPANY = { kind: 'company', name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' } as const

const { issuer } = openScriptedIssuer()
/** The limits of the issuer, for the tests that lower them. */
const limits: { maxLines: number; maxNetFen: bigint | null } = { maxLines: 2000, maxNetFen: null }
let stage: TestApp
let api: string
let keys = 0
let buyers = 0

beforeAll(async () => {
  stage = await openTestApp({
    issuer: { ...issuer, capabilities: () => ({ ...issuer.capabilities(), ...limits }) },
  })
  api = await stage.a.api(['orders', 'invoices'])
})

afterAll(async () => {
  expect(await findBookFaults(stage.database)).toEqual([])
  await stage.close()
})

const newBuyer = () => ({ phone: `1390000${String(++buyers).padStart(4, '0')}` })

type NewOrder = { shop?: string; paidFen?: number; lines?: object[]; buyer?: object; state?: string }

async function newOrder(number: string, changes: NewOrder = {}): Promise<string> {
  const { paidFen = 10_000 } = changes
  const lines = [{ title: '邮驿帆布包', amountFen: paidFen, quantity: '1' }]
  const payload = { shop: 'a-wx', number, state: 'completed', paidFen, lines, ...changes }
  const headers = { ...bearer(api), 'idempotency-key': `order-${++keys}` }
  const reply = await stage.app.inject({ method: 'POST', url: '/v1/orders', headers, payload })
  expect(reply.statusCode, reply.body).toBe(201)
  return reply.json().id
}

async function ask(
  orderIds: string[],
  { token, query = '', changes = {} }: { token?: string; query?: string; changes?: object } = {},
) {
  const headers = { ...bearer(token ?? (await stage.a.agent())), 'idempotency-key': `ask-${++keys}` }
  const payload = { orderIds, kind: 'ordinary', title: COMPANY, ...changes }
  return stage.app.inject({ method: 'POST', url: `/v1/invoice-requests${query}`, headers, payload })
}

const preview = (orderIds: string[], token?: string) =>
  ask(orderIds, { query: '?dry_run=true', ...(token === undefined ? {} : { token }) })

async function readOrder(id: string) {
  const headers = bearer(await stage.a.agent())
  return (await stage.app.inject({ url: `/v1/orders/${id}`, headers })).json()
}

const claimed = async (id: string) =>
  Number((await stage.database.order.findUniqueOrThrow({ where: { id } })).claimedFen)

test('WX-2001 and WX-2003 become one invoice, with the cent explained, and each order names it', async () => {
  const ids = await Promise.all(['WX-2001', 'WX-2003'].map((number) => stage.orderId(number, 'a-wx')))
  const orders = [...ids, await stage.orderId('WX-2002', 'a-wx')]
  const token = await stage.a.customer({ shop: stage.a.shopId('a-wx'), orders })

  const shown = (await preview(ids, token)).json()
  expect(shown).toMatchObject({
    ...{ grossFen: 15_990, taxFen: 1_839, centNote: { sumFen: 1_839, onTotalFen: 1_840 }, errors: [] },
    parts: [
      {
        grossFen: 15_990,
        lineCount: 2,
        orders: [
          { number: 'WX-2001', amountFen: 9_990 },
          { number: 'WX-2003', amountFen: 6_000 },
        ],
      },
    ],
  })
  expect(shown.lines.map(({ taxFen }: { taxFen: number }) => taxFen)).toEqual([1_149, 690])

  const asked = await ask(ids, { token })
  expect(asked.statusCode, asked.body).toBe(202)
  expect(asked.json()).toMatchObject({
    amountFen: 15_990,
    orderNumbers: ['WX-2001', 'WX-2003'],
    siblings: [],
  })
  await stage.jobs.runDue()

  const invoices = await stage.database.invoice.findMany({ where: { requestId: asked.json().id } })
  expect(invoices.map(({ grossFen, taxFen }) => [grossFen, taxFen])).toEqual([[15_990n, 1_839n]])
  const [number] = invoices.map((invoice) => invoice.number)
  for (const id of ids) {
    const { invoiceability, invoices: shownInvoices } = await readOrder(id)
    expect(invoiceability).toMatchObject({
      ...{ code: 'order_merged_invoiced', nextAction: 'download_invoice', invoice: { number } },
    })
    expect(shownInvoices[0].orders.map((order: { number: string }) => order.number)).toEqual([
      'WX-2001',
      'WX-2003',
    ])
  }
  const alone = await ask([ids[0] ?? ''], { token })
  expect([alone.statusCode, alone.json().code]).toEqual([409, 'order_merged_invoiced'])
})

test('an order that does not fit is named with its own reason, and nothing is taken', async () => {
  const buyer = newBuyer()
  const good = await newOrder('MG-1', { buyer })
  const refunded = await newOrder('MG-2', { buyer })
  const stranger = await newOrder('MG-3', { buyer: newBuyer() })
  const elsewhere = await newOrder('MG-4', { buyer, shop: 'a-tm' })
  const headers = bearer(api)
  const event = { reference: 'R', state: 'completed', amountFen: 10_000 }
  await stage.app.inject({ method: 'POST', url: `/v1/orders/${refunded}/refunds`, headers, payload: event })

  const refused = await ask([good, refunded, stranger, elsewhere])

  expect(refused.statusCode).toBe(409)
  expect(refused.json()).toMatchObject({
    code: 'orders_not_mergeable',
    errors: [
      { code: 'order_fully_refunded', field: '/orderIds/1' },
      { code: 'order_other_buyer', field: '/orderIds/2' },
      { code: 'order_other_shop', field: '/orderIds/3' },
    ],
  })
  expect(await claimed(good)).toBe(0)
})

test('customers merge what they have proven, and nothing else', async () => {
  const buyer = newBuyer()
  const proven = await newOrder('MG-5', { buyer })
  const other = await newOrder('MG-6', { buyer })
  const token = await stage.a.customer({ shop: stage.a.shopId('a-wx'), orders: [proven] })

  const refused = await ask([proven, other], { token })

  expect([refused.statusCode, refused.json().code]).toEqual([404, 'order_not_found'])
  expect(await claimed(proven)).toBe(0)
})

test('asked for in another order by many at once, merged orders give one request and no deadlock', async () => {
  const buyer = newBuyer()
  const ids = await Promise.all(['MG-7', 'MG-8', 'MG-9'].map((number) => newOrder(number, { buyer })))

  const replies = await Promise.all(
    Array.from({ length: 12 }, (_, turn) => ask(turn % 2 === 0 ? ids : [...ids].reverse())),
  )

  expect(replies.map(({ statusCode }) => statusCode)).toEqual(replies.map(() => 202))
  expect(new Set(replies.map((reply) => reply.json().id)).size).toBe(1)
  expect(await Promise.all(ids.map(claimed))).toEqual([10_000, 10_000, 10_000])
})

test('two merges that share an order: one gets all of its orders, the other none', async () => {
  const buyer = newBuyer()
  const [a = '', b = '', c = ''] = await Promise.all(
    ['MG-10', 'MG-11', 'MG-12'].map((number) => newOrder(number, { buyer })),
  )

  const [left, right] = await Promise.all([ask([a, b]), ask([c, b])])

  const codes = [left, right].map((reply) => reply?.statusCode).sort()
  expect(codes).toEqual([202, 409])
  const refused = left?.statusCode === 409 ? left : right
  expect(refused?.json()).toMatchObject({
    code: 'orders_not_mergeable',
    errors: [{ code: 'order_being_invoiced', field: '/orderIds/1' }],
  })
  expect((await claimed(a)) + (await claimed(c))).toBe(10_000)
  expect(await claimed(b)).toBe(10_000)
})

test('withdrawn, a merge gives every order back', async () => {
  const buyer = newBuyer()
  const ids = await Promise.all(
    ['MG-13', 'MG-14'].map((number) => newOrder(number, { buyer, shop: 'a-pdd' })),
  )
  const asked = (await ask(ids, { changes: { email: 'a@example.com', remark: '项目A' } })).json()

  const url = `/v1/invoice-requests/${asked.id}/withdraw`
  const withdrawn = await stage.app.inject({ method: 'POST', url, headers: bearer(await stage.a.agent()) })

  expect(withdrawn.json()).toMatchObject({
    state: 'withdrawn',
    typed: {
      titleKind: 'company',
      name: COMPANY.name,
      taxId: COMPANY.taxId,
      email: 'a@example.com',
      remark: '项目A',
    },
  })
  expect(await Promise.all(ids.map(claimed))).toEqual([0, 0])
})

test('another agent who withdraws does not learn what was typed', async () => {
  const asked = (await ask([await newOrder('MG-15', { shop: 'a-pdd' })])).json()

  const headers = bearer(await stage.a.agent({ sub: 'agent-8' }))
  const url = `/v1/invoice-requests/${asked.id}/withdraw`
  const withdrawn = await stage.app.inject({ method: 'POST', url, headers })

  expect(withdrawn.json()).toMatchObject({ state: 'withdrawn', typed: null })
})

test('what is too long for one invoice becomes several, asked for in one step', async () => {
  const buyer = newBuyer()
  const lines = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ title: `邮票 ${at + 1}`, amountFen: 1_000, quantity: '1' }))
  const ids = [
    await newOrder('MG-16', { buyer, paidFen: 5_000, lines: lines(5) }),
    await newOrder('MG-17', { buyer, paidFen: 4_000, lines: lines(4) }),
  ]
  limits.maxLines = 4
  try {
    const shown = (await preview(ids)).json()
    expect(shown.errors).toEqual([])
    expect(
      shown.parts.map((part: { lineCount: number; grossFen: number }) => [part.lineCount, part.grossFen]),
    ).toEqual([
      [4, 4_000],
      [4, 4_000],
      [1, 1_000],
    ])

    const asked = (await ask(ids)).json()
    expect(asked).toMatchObject({ amountFen: 4_000, siblings: [{ amountFen: 4_000 }, { amountFen: 1_000 }] })
    expect(await Promise.all(ids.map(claimed))).toEqual([5_000, 4_000])
    expect((await ask([...ids].reverse())).json().id).toBe(asked.id)

    await stage.jobs.runDue()

    const requestIds = [asked.id, ...asked.siblings.map(({ id }: { id: string }) => id)]
    const invoices = await stage.database.invoice.findMany({
      where: { requestId: { in: requestIds } },
      include: { allocations: true, _count: { select: { lines: true } } },
    })
    expect(invoices.map(({ _count }) => _count.lines).sort()).toEqual([1, 4, 4])
    const sums = ids.map((id) =>
      invoices
        .flatMap(({ allocations }) => allocations)
        .filter(({ orderId }) => orderId === id)
        .reduce((a, { amountFen }) => a + amountFen, 0n),
    )
    expect(sums).toEqual([5_000n, 4_000n])
    expect(await Promise.all(ids.map(claimed))).toEqual([5_000, 4_000])
  } finally {
    limits.maxLines = 2000
  }
})

test('a part whose order changed is not sent, whatever became of the other parts', async () => {
  const lines = Array.from({ length: 3 }, (_, at) => ({
    title: `邮票 ${at + 1}`,
    amountFen: 1_000,
    quantity: '1',
  }))
  const id = await newOrder('MG-18', { paidFen: 3_000, lines })
  limits.maxLines = 2
  try {
    const asked = (await ask([id])).json()
    const event = { reference: 'R', state: 'completed', amountFen: 500 }
    await stage.app.inject({
      method: 'POST',
      url: `/v1/orders/${id}/refunds`,
      headers: bearer(api),
      payload: event,
    })

    await stage.jobs.runDue()

    const ids = [asked.id, ...asked.siblings.map((sibling: { id: string }) => sibling.id)]
    const requests = await stage.database.invoiceRequest.findMany({ where: { id: { in: ids } } })
    expect(requests.map(({ state, rejectCode }) => [state, rejectCode])).toEqual([
      ['rejected', 'order_changed'],
      ['rejected', 'order_changed'],
    ])
    expect(await claimed(id)).toBe(0)
  } finally {
    limits.maxLines = 2000
  }
})

test('a refund that starts while a merge is queued stops all of it', async () => {
  const buyer = newBuyer()
  const ids = await Promise.all(['MG-19', 'MG-20'].map((number) => newOrder(number, { buyer })))
  const asked = (await ask(ids)).json()
  const event = { reference: 'R', state: 'applied', amountFen: 1 }
  const url = `/v1/orders/${ids[1]}/refunds`
  await stage.app.inject({ method: 'POST', url, headers: bearer(api), payload: event })

  await stage.jobs.runDue()

  const request = await stage.database.invoiceRequest.findUniqueOrThrow({ where: { id: asked.id } })
  expect([request.state, request.rejectCode]).toEqual(['rejected', 'order_changed'])
  expect(await Promise.all(ids.map(claimed))).toEqual([0, 0])
})

test('refunds and submits that meet leave no invoice above what is left', async () => {
  for (const turn of [0, 1, 2, 3, 4, 5]) {
    const id = await newOrder(`MG-21-${turn}`)
    const event = { reference: 'R', state: 'completed', amountFen: 4_000 }
    const url = `/v1/orders/${id}/refunds`
    const tell = () => stage.app.inject({ method: 'POST', url, headers: bearer(api), payload: event })

    const [asked] = await Promise.all([ask([id]), tell(), stage.jobs.runDue()])
    await stage.jobs.runDue()

    const request = await stage.database.invoiceRequest.findUniqueOrThrow({ where: { id: asked.json().id } })
    const invoices = await stage.database.invoice.findMany({ where: { requestId: request.id } })
    const order = await stage.database.order.findUniqueOrThrow({ where: { id } })
    const total = invoices.reduce((a, { grossFen }) => a + grossFen, 0n)
    // Issued before the refund, it is stale and says so; after it, it never carries more than is left.
    expect(total <= order.paidFen - order.refundedFen || order.isOverInvoiced).toBe(true)
    expect(['issued', 'rejected']).toContain(request.state)
  }
})

test('fifty orders with long numbers: the remark names as many as fit, and counts all', async () => {
  const buyer = newBuyer()
  const numbers = Array.from({ length: 50 }, (_, index) => `21300000000000000${String(10 + index)}`)
  const ids: string[] = []
  // One after the other: fifty at once can use up a busy test database's connections.
  for (const number of numbers) ids.push(await newOrder(number, { buyer, paidFen: 100 }))

  const draft = (await preview(ids)).json()
  expect(draft.errors).toEqual([])
  expect(Buffer.byteLength(draft.remark)).toBeLessThanOrEqual(630)
  expect(draft.remark).toMatch(/^订单号：2130000000000000\d{3}、.*等50单$/)

  const typed = (await ask(ids, { query: '?dry_run=true', changes: { remark: '项目一'.repeat(20) } })).json()
  expect(typed.errors).toEqual([])
  expect(typed.remark).toMatch(/等50单\n项目一/)
  const tooLong = (await ask(ids, { query: '?dry_run=true', changes: { remark: '长'.repeat(250) } })).json()
  expect(tooLong.errors).toMatchObject([{ code: 'remark_too_long', field: '/remark' }])
})

test('the list of orders to merge says why one cannot be chosen', async () => {
  const orders = await Promise.all(
    ['WX-2001', 'WX-2002', 'WX-2003'].map((number) => stage.orderId(number, 'a-wx')),
  )
  const token = await stage.b.customer({ shop: stage.a.shopId('a-wx'), orders })
  expect((await stage.app.inject({ url: '/v1/orders', headers: bearer(token) })).json().items).toEqual([])

  const own = await stage.a.customer({ shop: stage.a.shopId('a-wx'), orders })
  const listed = (await stage.app.inject({ url: '/v1/orders', headers: bearer(own) })).json().items
  expect(listed.map((order: { number: string }) => order.number)).toEqual(['WX-2001', 'WX-2002', 'WX-2003'])
  expect(listed[1].invoiceability.code).toBe('order_fully_refunded')
})
