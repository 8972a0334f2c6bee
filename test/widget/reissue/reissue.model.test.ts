import { afterEach, describe, expect, test } from 'vitest'
import { createCall } from '../../../widget/api/call.ts'
import { createReissueDesk } from '../../../widget/reissue/reissue.model.ts'
import { createFakeApi, problem } from '../../support/fake-api.ts'

const undo: (() => void)[] = []
afterEach(() => {
  for (const act of undo.splice(0)) act()
})

/** An issued invoice at the fake server, and a desk for it as an agent or its customer has one. */
async function openDesk(role: 'agent' | 'customer' = 'agent') {
  const api = createFakeApi()
  const { token } = api.session('order_link', ['order-TM-1001'])
  if (role === 'agent') api.agents.add(token)
  const call = createCall({ fetch: api.fetch, bearer: () => token, language: () => 'zh-CN' })
  const title = { kind: 'company', name: '武汉错字公司', taxId: '91420111MA49QA0X10' }
  const body = { orderIds: ['order-TM-1001'], kind: 'ordinary', title }
  const made = api.answer({ method: 'POST', path: '/invoice-requests', body, token, key: 'k-1' })
  const { id } = made.body as { id: string }
  api.move(id, 'issued')
  const invoice = api.invoices.get(`invoice-${id}`)
  if (invoice === undefined) throw new Error('nothing was issued')
  const wakes: (() => void)[] = []
  const keepWake = (wake: () => void) => {
    wakes.push(wake)
    return () => {}
  }
  const desk = createReissueDesk(
    {
      call,
      wait: async () => {},
      live: { watch: () => () => {}, isLive: () => false, wake() {}, close() {} },
      wakes: { isVisible: () => true, onWake: keepWake },
    },
    invoice.id,
  )
  undo.push(desk.open())
  await expect.poll(() => desk.state().offer).not.toBeNull()
  const sent = (end: string) => api.calls.filter(({ path }) => path.endsWith(end))
  const wake = () => {
    for (const each of wakes) each()
  }
  return { api, desk, invoice, sent, wake }
}

/** To the plan for a corrected name. */
async function openPlan(role: 'agent' | 'customer' = 'agent') {
  const opened = await openDesk(role)
  const { desk, invoice } = opened
  desk.begin('title', invoice)
  const { work } = desk.state()
  if (work?.at !== 'form') throw new Error('no form')
  const draft = { ...work.correction.draft, name: '湖北示例科技有限公司' }
  desk.type({ ...work.correction, draft })
  desk.check()
  await expect.poll(() => desk.state().work?.at).toBe('plan')
  return opened
}

describe('correcting an invoice', () => {
  test('sends what changed, and the plan says it before and after', async () => {
    const { desk, sent } = await openPlan()

    expect(sent('/reissues?dry_run=true')[0]?.body).toEqual({
      cause: 'title',
      title: { kind: 'company', name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' },
    })
    const { work } = desk.state()
    expect(work?.at === 'plan' && work.plan.changes).toEqual([
      { field: 'name', before: '武汉错字公司', after: '湖北示例科技有限公司' },
    ])
    expect(work?.at === 'plan' && work.plan.documents.map(({ grossFen }) => grossFen)).toEqual([
      -29900, 29900,
    ])
  })

  test('confirmed three times is one reissue', async () => {
    const { desk, sent, api } = await openPlan()

    desk.submit()
    desk.submit()
    desk.submit()
    await expect.poll(() => desk.state().reissue?.state).toBe('planned')

    expect(sent('/reissues')).toHaveLength(1)
    expect(api.reissues.reissues.size).toBe(1)
    expect(desk.state().work).toBeNull()
  })

  test('carried out with two clicks is carried out once', async () => {
    const { desk, sent } = await openPlan()
    desk.submit()
    await expect.poll(() => desk.state().reissue?.actions).toContain('execute')

    desk.execute()
    desk.execute()
    await expect.poll(() => desk.state().reissue?.state).toBe('red_requested')

    expect(sent('/execute')).toHaveLength(1)
  })

  test('shows the customer’s tick when it comes, without anybody asking', async () => {
    const { desk, api, wake } = await openPlan()
    desk.submit()
    await expect.poll(() => desk.state().reissue).not.toBeNull()
    expect(desk.state().reissue?.acknowledgedAt).toBeNull()

    api.reissues.advance('reissue-1', 'planned', { acknowledgedAt: '2026-11-22T03:00:00Z' })
    wake()

    await expect.poll(() => desk.state().reissue?.acknowledgedAt).toBe('2026-11-22T03:00:00Z')
  })

  test('by its owner goes ahead at once, and the owner has nothing left to confirm', async () => {
    const { desk } = await openPlan('customer')

    desk.submit()

    await expect.poll(() => desk.state().reissue?.state).toBe('red_requested')
    expect(desk.state().reissue?.actions).toEqual([])
  })

  test('that moved on meanwhile is read again, and the refusal is said', async () => {
    const { desk, api } = await openPlan()
    desk.submit()
    await expect.poll(() => desk.state().reissue).not.toBeNull()
    api.reissues.advance('reissue-1', 'waiting_buyer', { consentUntil: '2026-11-25T03:00:00Z' })

    desk.withdraw()

    await expect.poll(() => desk.state().failure).toMatchObject({ code: 'move_not_allowed' })
    expect(desk.state().reissue?.state).toBe('waiting_buyer')
  })

  test('with a fault leads back to its field, with everything typed', async () => {
    const { desk, api } = await openPlan()
    const errors = [{ code: 'title_tax_id_check_failed', field: '/title/taxId', detail: '' }] as const
    api.refuse('/invoices/', problem(422, 'preflight_failed', { errors }))

    desk.submit()

    await expect.poll(() => desk.state().work?.at).toBe('form')
    const { work } = desk.state()
    expect(work?.at === 'form' && work.faults.map(({ field }) => field)).toEqual(['taxId'])
    expect(work?.at === 'form' && work.correction.draft.name).toBe('湖北示例科技有限公司')
  })
})

describe('a refund after the invoice', () => {
  test('is planned without a form, as a part or as a whole', async () => {
    const { desk, api, invoice } = await openDesk()
    api.reissues.stale.set(invoice.id, { excessFen: 20000, since: '2026-11-22T02:00:00Z' })

    desk.begin('refund', invoice)
    await expect.poll(() => desk.state().work?.at).toBe('plan')
    const grossOf = () => {
      const { work } = desk.state()
      return work?.at === 'plan' ? work.plan.documents.map(({ grossFen }) => grossFen) : []
    }
    expect(grossOf()).toEqual([-20000])
    desk.choose('replace')

    await expect.poll(() => grossOf()).toEqual([-29900, 9900])
  })

  test('waits for finance: an agent has nothing to press', async () => {
    const { desk, api, invoice } = await openDesk()
    api.reissues.stale.set(invoice.id, { excessFen: 20000, since: '2026-11-22T02:00:00Z' })
    desk.begin('refund', invoice)
    await expect.poll(() => desk.state().work?.at).toBe('plan')

    desk.submit()

    await expect.poll(() => desk.state().reissue).toMatchObject({ state: 'in_review', actions: [] })
  })
})

test('a failed new invoice is asked for again, and nothing is reversed twice', async () => {
  const { desk, api, sent, wake } = await openPlan()
  desk.submit()
  await expect.poll(() => desk.state().reissue).not.toBeNull()
  api.reissues.advance('reissue-1', 'blue_failed', { endDetail: '税号与名称不符' })
  wake()
  await expect.poll(() => desk.state().reissue?.actions).toEqual(['retry_blue'])

  desk.retryBlue()
  desk.retryBlue()

  await expect.poll(() => desk.state().reissue?.state).toBe('blue_issuing')
  expect(sent('/retry-blue')).toHaveLength(1)
  expect(sent('/execute')).toHaveLength(0)
})

test('a failed new invoice goes out with a corrected title, without another plan', async () => {
  const { desk, api, sent, wake, invoice } = await openPlan()
  desk.submit()
  await expect.poll(() => desk.state().reissue).not.toBeNull()
  api.reissues.advance('reissue-1', 'blue_failed', { endDetail: '税号与名称不符' })
  wake()
  await expect.poll(() => desk.state().reissue?.state).toBe('blue_failed')
  const plans = sent('?dry_run=true').length

  desk.begin('title', invoice)
  const { work } = desk.state()
  if (work?.at !== 'form') throw new Error('no form')
  desk.type({ ...work.correction, draft: { ...work.correction.draft, name: '上海演示贸易有限公司' } })
  desk.check()
  desk.check()

  await expect.poll(() => desk.state()).toMatchObject({ work: null, reissue: { state: 'blue_issuing' } })
  expect(sent('/retry-blue').map(({ body }) => body)).toMatchObject([
    { title: { name: '上海演示贸易有限公司' } },
  ])
  expect(sent('?dry_run=true')).toHaveLength(plans)
})
