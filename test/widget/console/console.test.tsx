import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/preact'
import { afterEach, expect, test } from 'vitest'
import type { ReviewItem } from '../../../server/contract/reviews.ts'
import type { LoggedInView, StaffSelf } from '../../../server/contract/staff.ts'
import { createCall } from '../../../widget/api/call.ts'
import type { Client } from '../../../widget/api/client.ts'
import { createSession, withSession } from '../../../widget/api/session.ts'
import { Console } from '../../../widget/console/Console.tsx'
import { WordsProvider } from '../../../widget/i18n/locale.tsx'
import { createFakeApi, type FakeAnswer, problem } from '../../support/fake-api.ts'

const ITEM: ReviewItem = {
  kind: 'request',
  id: 'request-1',
  version: 3,
  ticketNumber: 'F-7K2M-9QXA',
  reason: 'special',
  overrideReason: null,
  invoiceKind: 'special',
  buyerName: '上海演示贸易有限公司',
  amountFen: 86_000,
  orders: [{ orderId: 'order-TM-1001', number: 'TM-1001', amountFen: 86_000 }],
  shopId: 'shop-1',
  shopName: '邮驿文创天猫旗舰店',
  requestedBy: 'agent:agent-lin',
  isOwn: false,
  createdAt: '2026-11-22T04:00:00.000Z',
  dueAt: '2026-11-23T04:00:00.000Z',
}

const OWN: LoggedInView = {
  ...{ id: 'own', device: 'Chrome · Windows', address: '203.0.113.*', isOpen: true, isOwn: true },
  createdAt: '2026-11-22T03:00:00.000Z',
  lastUsedAt: '2026-11-22T04:00:00.000Z',
}
const OTHER: LoggedInView = { ...OWN, id: 'other', device: 'Safari · iOS', isOwn: false }

const NOTHING: FakeAnswer = { status: 204, body: null }

type Sent = { line: string; body: unknown }

/** The console before a server that answers from a table; what is not in it is not found. */
function openConsole(items: ReviewItem[], role: StaffSelf['role'] = 'finance', isBack = false) {
  const desk = { items, isFresh: false, isBack, sent: [] as Sent[], logIns: [OWN, OTHER], restarts: 0 }
  const self: StaffSelf = {
    ...{ id: 'staff-1', login: 'li@a', role, merchantId: 'merchant-1', merchantName: '武汉邮驿' },
    stepUpUntil: null,
  }
  const session = { ...createFakeApi().session('proof', []), role, via: 'login' as const }
  const ok = (body: unknown): FakeAnswer => ({ status: 200, body })
  const decide = (): FakeAnswer => {
    if (!desk.isFresh) return problem(403, 'step_up_needed')
    desk.items = []
    return ok({})
  }
  const table: Readonly<Record<string, (body: unknown) => FakeAnswer>> = {
    'POST /staff/sessions/resume': () => (desk.isBack ? ok({ session, staff: self }) : NOTHING),
    'POST /staff/log-in': (body) =>
      (body as { password: string }).password === 'correct horse'
        ? ok({ logInToken: 'half', expiresAt: '2026-11-22T04:10:00.000Z' })
        : problem(401, 'login_refused'),
    'POST /staff/sessions': (body) => {
      const { code, logInToken } = body as { code: string; logInToken: string }
      if (code === '333333') return problem(401, 'login_expired')
      const isRight = logInToken === 'half' && code === '111111'
      return isRight ? ok({ session, staff: self }) : problem(401, 'login_refused')
    },
    'DELETE /sessions/current': () => NOTHING,
    'GET /staff/sessions': () => ok({ items: desk.logIns }),
    'DELETE /staff/sessions/other': () => {
      desk.logIns = [OWN, { ...OTHER, isOpen: false }]
      return NOTHING
    },
    'DELETE /staff/sessions': () => NOTHING,
    'GET /review-items': () => ok({ items: desk.items }),
    'POST /staff/step-up': (body) => {
      desk.isFresh = (body as { code: string }).code === '222222'
      return desk.isFresh ? ok({ until: '2026-11-22T04:05:00.000Z' }) : problem(403, 'step_up_refused')
    },
    'POST /invoice-requests/request-1/approve': decide,
    'POST /invoice-requests/request-1/reject': decide,
  }
  const fetch = async (input: unknown, init: RequestInit = {}) => {
    const line = `${init.method} ${String(input).split('/v1')[1]}`
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : null
    desk.sent.push({ line, body })
    const { status, body: answer } = table[line]?.(body) ?? problem(404, 'route_not_found')
    return new Response(status === 204 ? null : JSON.stringify(answer), { status })
  }
  const held = createSession()
  const bareCall = createCall({ fetch, bearer: held.bearer, language: () => 'zh-CN' })
  let wake = () => {}
  const watching = new Map<string, () => void>()
  const client: Client = {
    session: held,
    call: withSession(held, bareCall),
    bareCall,
    live: {
      watch(topic, onChanged) {
        watching.set(topic, onChanged)
        return () => watching.delete(topic)
      },
      isLive: (topic) => watching.has(topic),
      wake() {},
      close() {},
    },
    wakes: {
      isVisible: () => true,
      onWake(listener) {
        wake = listener
        return () => {}
      },
    },
  }
  render(
    <WordsProvider locale="zh-CN">
      <Console client={client} restart={() => (desk.restarts += 1)} />
    </WordsProvider>,
  )
  const sent = (line: string) => desk.sent.filter((one) => one.line === line)
  return { desk, sent, wake: () => wake(), tell: (topic: string) => watching.get(topic)?.() }
}

const type = (label: string, text: string) =>
  fireEvent.input(screen.getByLabelText(label), { target: { value: text } })
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }))

async function enterPassword(password = 'correct horse') {
  await screen.findByLabelText('账号')
  type('账号', 'li@a')
  type('密码', password)
  press('下一步')
}

async function signIn() {
  await enterPassword()
  await screen.findByRole('heading', { name: '输入动态验证码' })
  type('动态验证码', '111111')
  press('登录')
  await screen.findByRole('heading', { name: '待审核' })
}

const openItem = async () => fireEvent.click(await screen.findByRole('button', { name: /上海演示贸易/ }))

afterEach(cleanup)

test('a wrong password keeps name and password, and does not say which was wrong', async () => {
  openConsole([])
  await enterPassword('wrong')
  await screen.findByText('账号或密码不正确。')
  expect(screen.getByRole('alert').textContent).toBe('账号或密码不正确。')
  expect((screen.getByLabelText('账号') as HTMLInputElement).value).toBe('li@a')
  expect((screen.getByLabelText('密码') as HTMLInputElement).value).toBe('wrong')
})

test('a wrong code empties its field and asks for the next one; the password is not asked again', async () => {
  openConsole([])
  await enterPassword()
  await screen.findByText('正在登录 li@a')
  type('动态验证码', '000000')
  press('登录')
  await screen.findByText('验证码不正确或已用过，请用下一个。')
  const field = screen.getByLabelText('动态验证码') as HTMLInputElement
  expect(field.value).toBe('')
  expect(document.activeElement).toBe(field)
  type('动态验证码', '11 11 11')
  press('登录')
  await screen.findByRole('heading', { name: '待审核' })
})

test('who took too long for the code begins again, and another account can be chosen', async () => {
  openConsole([])
  await enterPassword()
  await screen.findByLabelText('动态验证码')
  press('换一个账号')
  await enterPassword()
  await screen.findByLabelText('动态验证码')
  type('动态验证码', '333333')
  press('登录')
  await screen.findByText('登录用时过长，请重新输入密码。')
})

test('a reload is no reason to sign in again', async () => {
  const { sent } = openConsole([], 'finance', true)
  await screen.findByRole('heading', { name: '待审核' })
  expect(sent('POST /staff/log-in')).toEqual([])
})

test('signing out tells the server before the page forgets', async () => {
  const { desk, sent } = openConsole([], 'finance', true)
  await screen.findByRole('heading', { name: '待审核' })
  press('退出')
  await waitFor(() => expect(desk.restarts).toBe(1))
  expect(sent('DELETE /sessions/current')).toHaveLength(1)
})

test('the list of log-ins ends another device, and everything at once', async () => {
  const { desk, sent } = openConsole([], 'finance', true)
  await screen.findByText('Safari · iOS')
  press('退出此设备')
  await screen.findByText('已退出该设备。')
  await screen.findByText('已退出')
  press('全部退出')
  await waitFor(() => expect(desk.restarts).toBe(1))
  expect(sent('DELETE /staff/sessions/other')).toHaveLength(1)
  expect(sent('DELETE /staff/sessions')).toHaveLength(1)
})

test('approving asks for a fresh code once and names the version that was shown', async () => {
  const { sent } = openConsole([ITEM])
  await signIn()
  await openItem()
  press('通过')
  await screen.findByRole('heading', { name: '请再次输入动态验证码' })
  type('动态验证码', '000000')
  press('验证并继续')
  await screen.findByText('验证码不正确或已用过，请用下一个。')
  type('动态验证码', '222222')
  press('验证并继续')
  await screen.findByText('已通过：上海演示贸易有限公司')
  expect(sent('POST /invoice-requests/request-1/approve').map(({ body }) => body)).toEqual([
    { version: 3 },
    { version: 3 },
  ])
})

test('rejecting names the wrong fields and needs a sentence', async () => {
  const { desk, sent } = openConsole([ITEM])
  desk.isFresh = true
  await signIn()
  await openItem()
  press('驳回')
  fireEvent.click(screen.getByLabelText('税号'))
  press('确认驳回')
  await screen.findByText('请写明原因。')
  type('说明', '税号与名称不符')
  press('确认驳回')
  await screen.findByText('已驳回：上海演示贸易有限公司')
  expect(sent('POST /invoice-requests/request-1/reject').map(({ body }) => body)).toEqual([
    { version: 3, fields: ['taxId'], note: '税号与名称不符' },
  ])
})

test('an own item has no buttons, and says why', async () => {
  openConsole([{ ...ITEM, isOwn: true }])
  await signIn()
  await openItem()
  await screen.findByText(/须由其他财务人员审核/)
  expect(screen.queryByRole('button', { name: '通过' })).toBeNull()
})

test('who only reads sees the queue without a decision', async () => {
  openConsole([ITEM], 'auditor')
  await signIn()
  await openItem()
  await screen.findByText('您可以查看，审核由财务进行。')
  expect(screen.queryByRole('button', { name: '通过' })).toBeNull()
})

test('an item that changes while it is read is shown anew, and said so', async () => {
  const { desk, wake } = openConsole([ITEM])
  await signIn()
  await openItem()
  desk.items = [{ ...ITEM, version: 4, amountFen: 90_000 }]
  wake()
  await screen.findByText(/发生了变化/)
  await waitFor(() => expect(screen.getAllByText('¥900.00').length).toBeGreaterThan(1))
})

test('an event of the merchant’s desk brings the new item and takes away the decided one', async () => {
  const { desk, tell } = openConsole([])
  await signIn()
  await screen.findByText('没有待审核的事项。新的申请会自动出现在这里。')

  desk.items = [ITEM]
  tell('desk:merchant-1')
  await screen.findByRole('button', { name: /上海演示贸易/ })

  desk.items = []
  tell('desk:merchant-1')
  await screen.findByText('没有待审核的事项。新的申请会自动出现在这里。')
})
