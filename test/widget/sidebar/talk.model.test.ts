import { describe, expect, test } from 'vitest'
import { type Call, createCall } from '../../../widget/api/call.ts'
import { exchangeLaunch } from '../../../widget/api/exchange-launch.ts'
import { createTalk, type TalkDeps } from '../../../widget/sidebar/talk.model.ts'
import { createTalks } from '../../../widget/sidebar/talks.model.ts'
import { createFakeAgentApi, fakeLaunchToken } from '../../support/fake-agent.ts'
import { problem } from '../../support/fake-api.ts'

/** An agent's desk with the fake server behind it. `held` keeps calls back until they are let go. */
async function openDesk() {
  const api = createFakeAgentApi()
  let token: string | null = null
  const held = new Map<string, () => void>()
  const holding = new Set<string>()
  const call: Call = createCall({
    fetch: async (input, init) => {
      const path = String(input)
      const mark = [...holding].find((part) => path.includes(part) || String(init?.body).includes(part))
      if (mark !== undefined) await new Promise<void>((resolve) => held.set(mark, resolve))
      return api.fetch(input, init)
    },
    bearer: () => token,
    language: () => 'zh-CN',
  })
  const session = await exchangeLaunch(call, fakeLaunchToken({ role: 'agent', orders: [] }), null)
  token = session.token
  const deps: TalkDeps = {
    call,
    live: { watch: () => () => {}, isLive: () => false, wake() {}, close() {} },
    wakes: { isVisible: () => true, onWake: () => () => {} },
    wait: async () => {},
    onRequest: () => {},
  }
  const submits = () =>
    api.calls.filter(({ method, path }) => method === 'POST' && path === '/invoice-requests')
  return {
    api,
    deps,
    submits,
    hold: (part: string) => holding.add(part),
    letGo(part: string) {
      holding.delete(part)
      held.get(part)?.()
    },
  }
}

const COMPANY = { name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' }

async function openForm() {
  const desk = await openDesk()
  const talk = createTalk(desk.deps)
  talk.find('TM-1001')
  await expect.poll(() => talk.state().stage.at).toBe('form')
  const { stage } = talk.state()
  if (stage.at === 'form') talk.setDraft({ ...stage.draft, ...COMPANY })
  return { ...desk, talk }
}

describe('an order number in the panel', () => {
  test('is recognised in full-width letters and spaces', async () => {
    const { deps } = await openDesk()
    const talk = createTalk(deps)
    talk.find('　TM－１００１ ')
    await expect.poll(() => talk.state().stage).toMatchObject({ at: 'form', order: { number: 'TM-1001' } })
    expect(talk.state().number).toBe('TM-1001')
  })

  test('that stands in two shops asks which, with shop and amount', async () => {
    const { deps } = await openDesk()
    const talk = createTalk(deps)
    talk.find('DUP-4001')
    await expect.poll(() => talk.state().stage.at).toBe('choose')
    const { stage } = talk.state()
    expect(stage.at === 'choose' && stage.candidates.map(({ paidFen }) => paidFen)).toEqual([10000, 3600])

    talk.choose({ orderId: 'order-DUP-4001' })
    await expect.poll(() => talk.state().stage).toMatchObject({ at: 'form', order: { number: 'DUP-4001' } })
  })

  test('a late answer to an earlier number does not replace the later one', async () => {
    const { deps, hold, letGo } = await openDesk()
    hold('TM-1003')
    const talk = createTalk(deps)
    talk.find('TM-1003')
    talk.find('TM-1001')
    await expect.poll(() => talk.state().stage).toMatchObject({ order: { number: 'TM-1001' } })
    letGo('TM-1003')
    await new Promise((resolve) => setTimeout(resolve))

    expect(talk.state()).toMatchObject({
      stage: { order: { number: 'TM-1001' } },
      number: 'TM-1001',
      isBusy: false,
    })
  })

  test('an unknown one says so and keeps what was typed', async () => {
    const { deps } = await openDesk()
    const talk = createTalk(deps)
    talk.find('TM-9999')
    await expect.poll(() => talk.state().failure).toMatchObject({ code: 'order_not_found' })
    expect(talk.state()).toMatchObject({ text: 'TM-9999', stage: { at: 'find' }, isBusy: false })
  })
})

describe('issuing from the panel', () => {
  test('three fast clicks are one request, followed to its invoice', async () => {
    const { api, talk, submits } = await openForm()
    talk.check()
    await expect.poll(() => talk.state().stage.at).toBe('check')

    talk.confirm()
    talk.confirm()
    talk.confirm()
    await expect.poll(() => talk.state().stage.at).toBe('request')
    expect(submits()).toHaveLength(1)

    const [id = ''] = api.requests.keys()
    api.move(id, 'issued')
    await expect.poll(() => talk.state().stage).toMatchObject({ request: { state: 'issued' } })
    talk.close()
  })

  test('a lost answer is asked for again under the same key', async () => {
    const { api, talk, submits } = await openForm()
    talk.check()
    await expect.poll(() => talk.state().stage.at).toBe('check')
    api.refuse('/invoice-requests', problem(503, 'service_unavailable'))

    talk.confirm()
    await expect.poll(() => talk.state().stage.at).toBe('request')
    expect(new Set(submits().map(({ key }) => key)).size).toBe(1)
    expect(api.requests.size).toBe(1)
    talk.close()
  })

  test('what the server finds wrong leads back to the field, with everything typed', async () => {
    const { api, talk } = await openForm()
    talk.check()
    await expect.poll(() => talk.state().stage.at).toBe('check')
    const errors = [{ code: 'email_invalid', field: '/email', detail: '' }]
    api.refuse('/invoice-requests', problem(422, 'preflight_failed', { errors }))

    talk.confirm()
    await expect
      .poll(() => talk.state().stage)
      .toMatchObject({ at: 'form', draft: COMPANY, faults: [{ field: 'email' }] })
  })

  test('an order that changed shows its new face and says why', async () => {
    const { api, talk } = await openForm()
    talk.check()
    await expect.poll(() => talk.state().stage.at).toBe('check')
    api.refuse('/invoice-requests', problem(409, 'order_refund_in_progress'))

    talk.confirm()
    await expect.poll(() => talk.state().failure).toMatchObject({ code: 'order_refund_in_progress' })
    expect(talk.state().stage).toMatchObject({ at: 'form', draft: COMPANY })
  })
})

describe('several conversations', () => {
  const context = (conversation: string, orderNo: string | null) => ({
    host: 'generic',
    conversation,
    conversationId: conversation,
    platform: 'taobao',
    shopId: 'a-tm',
    buyerNick: null,
    buyerId: conversation,
    orderNo,
    locale: null,
    theme: null,
  })

  test('an answer belongs to the conversation it was asked for and is painted in no other', async () => {
    const { deps, hold, letGo } = await openDesk()
    const talks = createTalks(deps)
    hold('TM-1001')
    talks.enter(context('c-1', 'TM-1001'))
    const first = talks.current().talk
    talks.enter(context('c-2', 'TM-1003'))
    await expect
      .poll(() => talks.current().talk.state().stage)
      .toMatchObject({ order: { number: 'TM-1003' } })

    letGo('TM-1001')
    await expect.poll(() => first.state().stage).toMatchObject({ order: { number: 'TM-1001' } })
    expect(talks.current().talk.state().stage).toMatchObject({ order: { number: 'TM-1003' } })
  })

  test('coming back finds everything as it was left', async () => {
    const { deps } = await openDesk()
    const talks = createTalks(deps)
    talks.enter(context('c-1', 'TM-1001'))
    await expect.poll(() => talks.current().talk.state().stage.at).toBe('form')
    const { stage } = talks.current().talk.state()
    if (stage.at === 'form') talks.current().talk.setDraft({ ...stage.draft, ...COMPANY })

    talks.enter(context('c-2', null))
    expect(talks.current().talk.state()).toMatchObject({ text: '', stage: { at: 'find' } })
    talks.enter(context('c-1', 'TM-1001'))
    expect(talks.current().talk.state().stage).toMatchObject({ at: 'form', draft: COMPANY })
  })

  test('another order of the same buyer is offered, and disturbs no form', async () => {
    const { deps } = await openDesk()
    const talks = createTalks(deps)
    talks.enter(context('c-1', 'TM-1001'))
    await expect.poll(() => talks.current().talk.state().stage.at).toBe('form')
    talks.enter(context('c-1', 'TM-1004'))

    expect(talks.current().talk.state()).toMatchObject({
      offered: 'TM-1004',
      stage: { at: 'form', order: { number: 'TM-1001' } },
    })
  })

  test('of those left long ago nothing is kept', async () => {
    const { deps } = await openDesk()
    const talks = createTalks(deps)
    talks.enter(context('first', null))
    const first = talks.current().talk
    for (let index = 0; index < 60; index++) talks.enter(context(`c-${index}`, null))

    talks.enter(context('first', null))
    expect(talks.current().talk).not.toBe(first)
  })
})

describe('an order past its deadline', () => {
  /** Staff may ask for it, with a reason (F24). */
  async function openLate() {
    const { api, deps } = await openDesk()
    const call: Call = async (request) => {
      const answer = await deps.call({ ...request, reply: (value): value is unknown => value !== undefined })
      const late = JSON.parse(
        JSON.stringify(answer).replaceAll('"overrideNeeded":false', '"overrideNeeded":true'),
      )
      if (!request.reply(late)) throw new Error('the fake answered something else')
      return late
    }
    const talk = createTalk({ ...deps, call })
    talk.find('TM-1001')
    await expect.poll(() => talk.state().stage.at).toBe('form')
    const { stage } = talk.state()
    if (stage.at === 'form') talk.setDraft({ ...stage.draft, ...COMPANY })
    return { api, talk }
  }

  test('is asked for with the reason, in the check and in the request', async () => {
    const { api, talk } = await openLate()
    talk.setOverrideReason(' 客户年底补报销 ')
    talk.check()
    await expect.poll(() => talk.state().stage.at).toBe('check')
    talk.confirm()
    await expect.poll(() => talk.state().stage.at).toBe('request')

    const asks = api.calls.filter(
      ({ path }) => path.startsWith('/invoice-requests') && path !== '/invoice-requests/',
    )
    const bodies = asks.filter(({ method }) => method === 'POST').map(({ body }) => body)
    expect(bodies).toMatchObject([
      { override: { reason: '客户年底补报销' } },
      { override: { reason: '客户年底补报销' } },
    ])
  })

  test('without a reason sends none, and the refusal leaves the form as it is', async () => {
    const { api, talk } = await openLate()
    const errors = [{ code: 'override_reason_missing', field: '/override/reason', detail: '' }] as const
    api.refuse('/invoice-requests', problem(422, 'preflight_failed', { errors }))
    talk.check()

    await expect.poll(() => talk.state().failure).not.toBeNull()
    expect(talk.state().stage).toMatchObject({ at: 'form', draft: COMPANY })
    expect(api.calls.some(({ body }) => JSON.stringify(body)?.includes('override'))).toBe(false)
  })
})
