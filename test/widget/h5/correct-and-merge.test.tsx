import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/preact'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCall } from '../../../widget/api/call.ts'
import type { Client } from '../../../widget/api/client.ts'
import { createSession, withSession } from '../../../widget/api/session.ts'
import { CustomerFlow } from '../../../widget/h5/CustomerFlow.tsx'
import { memorySteps } from '../../../widget/h5/steps.ts'
import { createFakeApi, problem } from '../../support/fake-api.ts'

const TITLE = { kind: 'company', name: '武汉错字公司', taxId: '91420111MA49QA0X10' }

/** A customer's page for some orders. `issued` have their invoice already. */
function openFlow(numbers: readonly string[], issued: readonly string[] = [], api = createFakeApi()) {
  const ids = numbers.map((number) => `order-${number}`)
  for (const number of issued) issue(api, number)
  const session = createSession()
  const bareCall = createCall({ fetch: api.fetch, bearer: session.bearer, language: () => 'zh-CN' })
  const wakes = new Set<() => void>()
  const client: Client = {
    session,
    call: withSession(session, bareCall),
    bareCall,
    live: { watch: () => () => {}, isLive: () => false, wake() {}, close() {} },
    wakes: {
      isVisible: () => true,
      onWake(listener) {
        wakes.add(listener)
        return () => wakes.delete(listener)
      },
    },
  }
  session.accept(api.session('order_link', ids))
  const steps = memorySteps()
  render(<CustomerFlow client={client} steps={steps} />)
  const sent = (end: string) =>
    api.calls.filter(({ path, method }) => method === 'POST' && path.endsWith(end))
  const wake = () => {
    for (const each of [...wakes]) each()
  }
  return { api, steps, sent, wake }
}

type Api = ReturnType<typeof createFakeApi>

function issue(api: Api, number: string): string {
  const { token } = api.session('order_link', [`order-${number}`])
  const body = { orderIds: [`order-${number}`], kind: 'ordinary', title: TITLE }
  const made = api.answer({ method: 'POST', path: '/invoice-requests', body, token, key: `k-${number}` })
  const { id } = made.body as { id: string }
  api.move(id, 'issued')
  return `invoice-${id}`
}

const press = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }))
const type = (label: RegExp, value: string) =>
  fireEvent.input(screen.getByLabelText(label), { target: { value } })

beforeEach(() => sessionStorage.clear())
afterEach(cleanup)

describe('a customer whose invoice has a wrong title', () => {
  async function openForm() {
    const flow = openFlow(['TM-1001'], ['TM-1001'])
    fireEvent.click(await screen.findByRole('button', { name: '修改并重开' }))
    await screen.findByLabelText(/^公司名称/)
    return flow
  }

  test('is told how often, and sees what the invoice says', async () => {
    openFlow(['TM-1001'], ['TM-1001'])
    await screen.findByText('还可自助修改 1 次')
    press('修改并重开')

    expect((await screen.findByLabelText<HTMLInputElement>(/^公司名称/)).value).toBe('武汉错字公司')
    expect(screen.queryByRole('radio', { name: '专用发票' })).toBeNull()
  })

  test('confirms the difference with three taps, and one reissue runs', async () => {
    const flow = await openForm()
    type(/^公司名称/, '湖北示例科技有限公司')
    press('查看更正方案')
    await screen.findByRole('heading', { name: '核对更正方案' })
    expect(screen.getByText('武汉错字公司').tagName).toBe('DEL')
    expect(screen.getByText('湖北示例科技有限公司').tagName).toBe('INS')
    expect(screen.getAllByText('−¥299.00').length).toBeGreaterThan(0)
    expect(screen.getAllByText('+¥299.00').length).toBeGreaterThan(0)

    const button = screen.getByRole('button', { name: '确认修改并重开' })
    for (const _ of [1, 2, 3]) fireEvent.click(button)

    await screen.findByRole('heading', { name: /正在申请红冲/ })
    expect(flow.sent('/reissues')).toHaveLength(1)
    expect(flow.steps.current()).toMatchObject({ at: 'invoice' })
  })

  test('goes back from the plan and finds what was typed', async () => {
    const flow = await openForm()
    type(/^公司名称/, '湖北示例科技有限公司')
    press('查看更正方案')
    await screen.findByRole('heading', { name: '核对更正方案' })

    flow.steps.back()

    const name = await screen.findByLabelText<HTMLInputElement>(/^公司名称/)
    expect(name.value).toBe('湖北示例科技有限公司')
  })

  test('who changed nothing cannot go on', async () => {
    const flow = await openForm()
    press('查看更正方案')

    expect(screen.getByText('没有改动，请修改填错的地方。')).toBeTruthy()
    expect(flow.sent('?dry_run=true')).toHaveLength(0)
  })

  test('who has none left reads the rule instead of a button', async () => {
    const api = createFakeApi()
    api.reissues.useUp()
    openFlow(['TM-1001'], ['TM-1001'], api)

    await screen.findByRole('heading', { name: '信息填错了？' })
    expect(screen.queryByRole('button', { name: '修改并重开' })).toBeNull()
  })

  test('finds the way from the old invoice to the new one', async () => {
    const flow = openFlow(['TM-1001'], ['TM-1001'])
    await screen.findByRole('button', { name: '修改并重开' })
    const [old] = flow.api.invoices.values()
    if (old === undefined) throw new Error('nothing was issued')
    const fresh = { ...old, id: 'new-1', number: '26422000000000099902' }
    const { token } = flow.api.session('proof', [])
    const ask = { cause: 'title', title: { ...TITLE, name: '湖北示例科技有限公司' } }
    const path = `/invoices/${old.id}/reissues`
    flow.api.answer({ method: 'POST', path, body: ask, token, key: 'k' })
    flow.api.reissues.advance('reissue-1', 'done', { replacement: fresh })
    flow.api.invoices.set(old.id, { ...old, state: 'replaced' })
    flow.api.invoices.set(fresh.id, fresh)
    flow.wake()

    await screen.findByText(/已被替换/)
    fireEvent.click(await screen.findByRole('button', { name: '查看新发票' }))

    await waitFor(() => expect(flow.steps.current()).toEqual({ at: 'invoice', invoiceId: 'new-1' }))
    await screen.findByText('26422000000000099902')
  })

  test('confirms what the shop proposes, exactly as it was shown', async () => {
    const api = createFakeApi()
    const invoiceId = issue(api, 'TM-1001')
    const { token } = api.session('proof', [])
    api.agents.add(token)
    const ask = { cause: 'title', title: { ...TITLE, name: '湖北示例科技有限公司' } }
    api.answer({ method: 'POST', path: `/invoices/${invoiceId}/reissues`, body: ask, token, key: 'k' })
    const flow = openFlow(['TM-1001'], [], api)

    fireEvent.click(await screen.findByRole('button', { name: '确认无误' }))

    await screen.findByText(/您已确认/)
    expect(flow.sent('/acknowledge')[0]?.body).toEqual({ diffHash: 'a'.repeat(64) })
  })
})

describe('a customer with several orders', () => {
  async function tick(...numbers: string[]) {
    for (const number of numbers) {
      fireEvent.click(await screen.findByRole('checkbox', { name: `合并 ${number}` }))
    }
  }

  test('ticks two and gets one request with the server’s sum and the cent explained', async () => {
    const flow = openFlow(['WX-2001', 'WX-2002', 'WX-2003'])
    await tick('WX-2001', 'WX-2003')
    await screen.findByText('¥159.90')
    expect(screen.getByText('其中税额 18.39')).toBeTruthy()
    expect(screen.getByText(/为 18\.39；若按合计计算则为 18\.40/)).toBeTruthy()

    press('合并开票（2 个订单）')
    fireEvent.click(await screen.findByRole('radio', { name: '个人' }))
    press('下一步')
    fireEvent.click(await screen.findByRole('button', { name: '提交开票' }))
    await screen.findByRole('heading', { name: '开票进度' })

    expect(flow.sent('/invoice-requests')).toHaveLength(1)
    expect(flow.sent('/invoice-requests')[0]?.body).toMatchObject({
      orderIds: ['order-WX-2001', 'order-WX-2003'],
    })
  })

  test('cannot tick what cannot be invoiced, and reads why', async () => {
    openFlow(['WX-2001', 'WX-2002', 'WX-2003'])

    const box = await screen.findByRole<HTMLInputElement>('checkbox', { name: '合并 WX-2002' })
    expect(box.disabled).toBe(true)
    expect(screen.getByText('已全额退款')).toBeTruthy()
  })

  test('one alone is opened by its row; a single tick offers nothing', async () => {
    const flow = openFlow(['WX-2001', 'WX-2002', 'WX-2003'])
    await tick('WX-2001')
    expect(screen.queryByRole('button', { name: /合并开票/ })).toBeNull()

    fireEvent.click(screen.getByRole('button', { name: /WX-2003/ }))

    await waitFor(() => expect(flow.steps.current()).toEqual({ at: 'order', orderId: 'order-WX-2003' }))
  })

  test('reads at the order why it does not fit among the others', async () => {
    const api = createFakeApi()
    const errors = [{ code: 'order_other_buyer', field: '/orderIds/1', detail: '另一位买家' }] as const
    openFlow(['WX-2001', 'WX-2002', 'WX-2003'], [], api)
    await tick('WX-2001')
    api.refuse('/invoice-requests?dry_run', problem(409, 'orders_not_mergeable', { errors }))
    await tick('WX-2003')

    const row = await waitFor(() => {
      const found = screen.getByRole('button', { name: /WX-2003/ })
      within(found).getByText('另一位买家')
      return found
    })
    expect(row).toBeTruthy()
    expect(screen.getByRole('button', { name: /合并开票/ }).getAttribute('aria-disabled')).toBe('true')
  })
})

describe('a rejected request', () => {
  /** Its link, opened again: what failed, and nothing else to fill in. */
  async function openRejected() {
    const api = createFakeApi()
    const { token } = api.session('order_link', ['order-DEMO-REJECT'])
    const body = { orderIds: ['order-DEMO-REJECT'], kind: 'ordinary', title: TITLE }
    const made = api.answer({ method: 'POST', path: '/invoice-requests', body, token, key: 'k-r' })
    api.move((made.body as { id: string }).id, 'rejected')
    const flow = openFlow(['DEMO-REJECT'], [], api)
    await screen.findByRole('heading', { name: '只需修改这里' })
    return flow
  }

  test('opens the failing field alone, with what stood there', async () => {
    await openRejected()

    expect(screen.getByLabelText<HTMLInputElement>(/^税号/).value).toBe('91420111MA49QA0X10')
    expect(screen.queryByLabelText(/名称/)).toBeNull()
    expect(screen.queryByLabelText(/邮箱/)).toBeNull()
  })

  test('is answered with that field and its version, and the same request goes on', async () => {
    const flow = await openRejected()
    type(/^税号/, '91310000MA1FL0QA1C')
    press('提交修改')

    await screen.findByRole('heading', { name: '排队开票' })
    expect(flow.sent('/fix')[0]?.body).toEqual({ version: 2, taxId: '91310000MA1FL0QA1C' })
    expect(flow.api.requests.size).toBe(1)
  })

  test('says at the field what is still wrong with it', async () => {
    const flow = await openRejected()
    const errors = [{ code: 'title_tax_id_check_failed', field: '/taxId', detail: '' }] as const
    flow.api.refuse('/invoice-requests/', problem(422, 'preflight_failed', { errors }))
    press('提交修改')

    await waitFor(() => expect(screen.getByLabelText(/^税号/).getAttribute('aria-invalid')).toBe('true'))
  })
})

test('inside its undo window a request is taken back and its form opens with what was typed', async () => {
  const api = createFakeApi()
  const flow = openFlow(['PDD-3001'], [], api)
  await screen.findByLabelText(/^公司名称/)
  type(/^公司名称/, '湖北示例科技有限公司')
  type(/^税号/, '91420111MA49QA0X10')
  press('下一步')
  fireEvent.click(await screen.findByRole('button', { name: '提交开票' }))
  await screen.findByRole('heading', { name: '开票进度' })
  press('修改')

  await waitFor(() => expect(flow.steps.current()).toMatchObject({ at: 'order' }))
  const name = await screen.findByLabelText<HTMLInputElement>(/^公司名称/)
  expect(name.value).toBe('湖北示例科技有限公司')
  expect(flow.sent('/withdraw')).toHaveLength(1)
})
