import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/preact'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCall } from '../../../widget/api/call.ts'
import type { Client } from '../../../widget/api/client.ts'
import { createSession, withSession } from '../../../widget/api/session.ts'
import { CustomerFlow } from '../../../widget/h5/CustomerFlow.tsx'
import type { FlowEvent } from '../../../widget/h5/flow-context.ts'
import { memorySteps } from '../../../widget/h5/steps.ts'
import { createFakeApi, problem } from '../../support/fake-api.ts'

function openFlow(numbers: readonly string[], api = createFakeApi()) {
  const session = createSession()
  const bareCall = createCall({ fetch: api.fetch, bearer: session.bearer, language: () => 'zh-CN' })
  let wake = () => {}
  const client: Client = {
    session,
    call: withSession(session, bareCall),
    bareCall,
    live: { watch: () => () => {}, isLive: () => false, wake() {}, close() {} },
    wakes: {
      isVisible: () => true,
      onWake(listener) {
        wake = listener
        return () => {}
      },
    },
  }
  const ids = numbers.map((number) => `order-${number}`)
  session.accept(api.session(ids.length > 0 ? 'order_link' : 'shop_link', ids))
  const steps = memorySteps()
  const events: FlowEvent[] = []
  render(<CustomerFlow client={client} steps={steps} onEvent={(event) => events.push(event)} />)
  const sent = (path: string) => api.calls.filter((call) => call.path === path)
  return { api, client, steps, events, sent, wake: () => wake() }
}

const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }))

async function goToCheck() {
  fireEvent.click(await screen.findByRole('radio', { name: '个人' }))
  press('下一步')
  await screen.findByRole('heading', { name: '核对开票信息' })
  await screen.findByRole('button', { name: '提交开票' })
}

beforeEach(() => sessionStorage.clear())
afterEach(cleanup)

describe('a customer with a link of one order', () => {
  test('types nothing about the order, checks, submits with three taps and gets one request', async () => {
    const flow = openFlow(['TM-1001'])
    await goToCheck()
    const button = screen.getByRole('button', { name: '提交开票' })
    for (const _ of [1, 2, 3]) fireEvent.click(button)
    await screen.findByRole('heading', { name: '开票进度' })

    expect(flow.sent('/invoice-requests')).toHaveLength(1)
    expect(flow.api.requests.size).toBe(1)
    await waitFor(() =>
      expect(flow.events).toMatchObject([{ kind: 'submitted' }, { kind: 'status', state: 'queued' }]),
    )
    expect(Object.keys(sessionStorage).filter((name) => name !== 'fapiao-link')).toEqual([])
  })

  test('is led to the invoice when it is there, and Back does not submit again', async () => {
    const flow = openFlow(['TM-1001'])
    await goToCheck()
    press('提交开票')
    await screen.findByRole('heading', { name: '开票进度' })
    for (const id of flow.api.requests.keys()) flow.api.move(id, 'issued')
    flow.wake()
    await screen.findByRole('heading', { name: '发票已开具' })
    expect(await screen.findByRole('link', { name: '打开 PDF' })).toBeTruthy()
    const verify = screen.getByRole('link', { name: '发票查验' })
    expect(verify.getAttribute('href')).toBe('/verify?lang=zh-CN')

    flow.steps.back()

    await waitFor(() => expect(flow.steps.current()).toMatchObject({ at: 'invoice' }))
    expect(flow.sent('/invoice-requests')).toHaveLength(1)
  })

  test('scans again and sees the download page, no form', async () => {
    const first = openFlow(['TM-1001'])
    await goToCheck()
    press('提交开票')
    await screen.findByRole('heading', { name: '开票进度' })
    for (const id of first.api.requests.keys()) first.api.move(id, 'issued')
    cleanup()

    openFlow(['TM-1001'], first.api)

    await screen.findByRole('heading', { name: '发票已开具' })
    expect(screen.queryByRole('radio')).toBeNull()
  })

  test('keeps the key over a retry, so that a lost answer makes no second request', async () => {
    const flow = openFlow(['TM-1001'])
    await goToCheck()
    flow.api.refuse('/invoice-requests', problem(503, 'unexpected'))
    press('提交开票')
    fireEvent.click(await screen.findByRole('button', { name: '重试' }))
    await screen.findByRole('heading', { name: '开票进度' })

    const keys = flow.sent('/invoice-requests').map(({ key }) => key)
    expect(keys).toHaveLength(2)
    expect(keys[0]).toBe(keys[1])
  })

  test('finds the server’s fault at its field, with everything typed still there', async () => {
    const flow = openFlow(['TM-1001'])
    const name = await screen.findByLabelText<HTMLInputElement>(/^公司名称/)
    fireEvent.input(name, { target: { value: '注销公司' } })
    fireEvent.input(screen.getByLabelText(/^税号/), { target: { value: '91420111MA49QA0X10' } })
    press('下一步')

    await waitFor(() => expect(name.getAttribute('aria-invalid')).toBe('true'))
    expect(name.value).toBe('注销公司')
    expect(flow.steps.current()).toMatchObject({ at: 'order' })
  })

  test('keeps what was typed when the session ends, and is told', async () => {
    const flow = openFlow(['TM-1001'])
    const name = await screen.findByLabelText<HTMLInputElement>(/^公司名称/)
    fireEvent.input(name, { target: { value: '湖北示例' } })
    fireEvent.input(screen.getByLabelText(/^税号/), { target: { value: '91420111MA49QA0X10' } })
    flow.api.endSessions()
    press('下一步')

    await screen.findByText(/会话已过期.*已填写的内容还在本页/)
    expect(screen.getByLabelText<HTMLInputElement>(/^公司名称/).value).toBe('湖北示例')
  })
})

describe('an order that cannot be invoiced', () => {
  test.each([
    ['TM-1003', '订单未付款'],
    ['TM-1006', '订单已取消'],
    ['WX-2002', '已全额退款'],
  ])('%s says %s and shows no form', async (number, reason) => {
    openFlow([number])

    await screen.findByRole('heading', { name: reason })
    expect(screen.queryByRole('radio')).toBeNull()
  })

  test('names the day to come back', async () => {
    openFlow(['TM-1005'])

    expect(await screen.findByText(/退款处理完成后即可开票，请在 2026年11月25日 以后再来/)).toBeTruthy()
  })

  test('past its deadline leads to one ticket with a number', async () => {
    const flow = openFlow(['TM-1010'])
    expect(await screen.findByText(/自助开票已于 2025年12月18日 截止/)).toBeTruthy()
    press('找客服补开')
    press('找客服补开')

    await screen.findByText('T26112200017')
    expect(flow.sent('/tickets')).toHaveLength(1)
  })
})

describe('a customer with the shop’s poster', () => {
  async function goToProof(number: string) {
    const flow = openFlow([])
    fireEvent.input(await screen.findByLabelText('订单号'), { target: { value: number } })
    press('下一步')
    await screen.findByRole('heading', { name: '验证是本人订单' })
    return flow
  }
  const prove = (value: string) => {
    fireEvent.input(screen.getByLabelText('实付金额（元）'), { target: { value } })
    press('下一步')
  }

  test('reaches the order with the amount paid, however it is written', async () => {
    await goToProof('TM-1001')
    prove('￥２９９．００')

    expect(await screen.findByText('TM-1001')).toBeTruthy()
    expect(await screen.findByRole('radio', { name: '企业' })).toBeTruthy()
  })

  test('reads the same words for a wrong proof and for a number that does not exist', async () => {
    const words: (string | null)[] = []
    for (const number of ['TM-1001', 'TM-9999']) {
      await goToProof(number)
      prove('1.00')
      words.push((await screen.findByRole('alert')).textContent)
      cleanup()
    }

    expect(words[0]).toBe(words[1])
  })

  test('sees how long the cool-down lasts after five wrong proofs', async () => {
    const flow = await goToProof('TM-1001')
    for (let count = 0; count < 6; count++) {
      prove('1.00')
      await waitFor(() => expect(flow.sent('/orders/look-up')).toHaveLength(count + 2))
      await waitFor(() => expect(screen.queryByRole('status') ?? screen.queryByRole('alert')).toBeTruthy())
    }

    expect(await screen.findByText(/尝试次数过多，请在 (15:00|14:5\d) 后再试/)).toBeTruthy()
  })
})
