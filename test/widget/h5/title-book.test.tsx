import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/preact'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { SessionView } from '../../../server/contract/sessions.ts'
import { createCall } from '../../../widget/api/call.ts'
import type { Client } from '../../../widget/api/client.ts'
import { createSession, withSession } from '../../../widget/api/session.ts'
import { CustomerFlow } from '../../../widget/h5/CustomerFlow.tsx'
import { memorySteps } from '../../../widget/h5/steps.ts'
import { draftFromEntry, isOf, saveFromAsk } from '../../../widget/title-book/fill.model.ts'
import { askFromDraft, EMPTY_DRAFT } from '../../../widget/ui/title-form.model.ts'
import { createFakeApi, problem } from '../../support/fake-api.ts'

const HUBEI = {
  title: { kind: 'company', name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10', address: '某路1号' },
  kind: 'special',
  email: 'a@ex.cn',
} as const
const SCHOOL = { title: { kind: 'public_body', name: '武汉市示例小学' }, kind: 'ordinary' } as const

/** A storefront's customer with these titles kept, before the form of an order. */
function openFlow(kept: readonly (typeof HUBEI | typeof SCHOOL)[], via: SessionView['via'] = 'launch') {
  const api = createFakeApi()
  for (const save of kept) api.titles.put(save)
  const session = createSession()
  const bareCall = createCall({ fetch: api.fetch, bearer: session.bearer, language: () => 'zh-CN' })
  const client: Client = {
    session,
    call: withSession(session, bareCall),
    bareCall,
    live: { watch: () => () => {}, isLive: () => false, wake() {}, close() {} },
    wakes: { isVisible: () => true, onWake: () => () => {} },
  }
  session.accept(api.session(via, ['order-TM-1001']))
  render(<CustomerFlow client={client} steps={memorySteps()} />)
  return { api, sent: (path: string) => api.calls.filter((call) => call.path === path) }
}

const press = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }))
const offer = (name: string | RegExp) => screen.findByRole('button', { name })
const field = (label: RegExp) => screen.findByLabelText<HTMLInputElement>(label)
const type = async (label: RegExp, value: string) =>
  fireEvent.input(await field(label), { target: { value } })

beforeEach(() => sessionStorage.clear())
afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

describe('a customer with kept titles', () => {
  test('is offered them, and nothing fills by itself', async () => {
    openFlow([SCHOOL, HUBEI])

    await offer(HUBEI.title.name)

    expect((await field(/^公司名称/)).value).toBe('')
  })

  test('fills the whole form with one tap, of whatever kind the title is', async () => {
    openFlow([SCHOOL, HUBEI])
    fireEvent.click(await offer(HUBEI.title.name))

    expect((await field(/^公司名称/)).value).toBe(HUBEI.title.name)
    expect((await field(/^税号/)).value).toBe(HUBEI.title.taxId)
    expect((await field(/^地址/)).value).toBe('某路1号')
    expect((await field(/^接收邮箱/)).value).toBe('a@ex.cn')
    expect(screen.getByRole<HTMLInputElement>('radio', { name: '专用发票' }).checked).toBe(true)
    expect(screen.getByRole('button', { name: HUBEI.title.name }).getAttribute('aria-current')).toBe('true')

    press(SCHOOL.title.name)
    expect((await screen.findByLabelText<HTMLSelectElement>('单位类型')).value).toBe('public_body')
    expect((await field(/^税号/)).value).toBe('')
  })

  test('keeps a typed address of the mail, and gets everything else back that was typed (U4)', async () => {
    openFlow([SCHOOL, HUBEI])
    await type(/^公司名称/, '手打的公司')
    await type(/^接收邮箱/, 'typed@ex.cn')

    fireEvent.click(await offer(SCHOOL.title.name))
    press(HUBEI.title.name)
    expect((await field(/^接收邮箱/)).value).toBe('typed@ex.cn')
    press('恢复刚才填写的内容')

    expect((await field(/^公司名称/)).value).toBe('手打的公司')
    expect((await field(/^税号/)).value).toBe('')
    expect(document.activeElement?.textContent).toBe('常用抬头')
  })

  test('is offered no way back where nothing was lost', async () => {
    openFlow([HUBEI])

    fireEvent.click(await offer(HUBEI.title.name))

    await screen.findByText('已填入，请核对。')
    expect(screen.queryByRole('button', { name: '恢复刚才填写的内容' })).toBeNull()
  })

  test('puts another one first', async () => {
    openFlow([SCHOOL, HUBEI])
    fireEvent.click(await offer('管理'))
    press(`设为默认 ${SCHOOL.title.name}`)
    await screen.findByText(`已设为默认：${SCHOOL.title.name}`)

    press('完成')

    const [first] = within(screen.getByRole('region', { name: '常用抬头' })).getAllByRole('listitem')
    expect(first?.textContent).toBe(`${SCHOOL.title.name}默认`)
  })

  test('forgets one of them at once', async () => {
    const { api } = openFlow([SCHOOL, HUBEI])
    fireEvent.click(await offer('管理'))
    press(`删除 ${HUBEI.title.name}`)

    await screen.findByText(`已删除：${HUBEI.title.name}`)
    expect(api.titles.items().map(({ title }) => title.name)).toEqual([SCHOOL.title.name])
    expect(screen.queryByRole('button', { name: `删除 ${HUBEI.title.name}` })).toBeNull()
  })

  test('is asked before all are forgotten', async () => {
    const { api } = openFlow([SCHOOL, HUBEI])
    fireEvent.click(await offer('管理'))
    press('全部删除')
    expect(document.activeElement?.textContent).toBe('取消')
    press('取消')
    expect(api.titles.items()).toHaveLength(2)

    press('全部删除')
    press('确认全部删除')

    await screen.findByText('已全部删除。')
    expect(api.titles.items()).toEqual([])
    expect(document.activeElement?.textContent).toBe('常用抬头')
  })

  test('takes all of them along in a file', async () => {
    const { sent } = openFlow([HUBEI])
    const files: Blob[] = []
    vi.spyOn(URL, 'createObjectURL').mockImplementation((file) => {
      if (file instanceof Blob) files.push(file)
      return 'blob:titles'
    })
    fireEvent.click(await offer('管理'))
    press('导出（JSON）')

    await screen.findByText('已导出。')
    expect(sent('/titles/export')).toHaveLength(1)
    expect(JSON.parse((await files[0]?.text()) ?? '')).toMatchObject({ items: [{ title: HUBEI.title }] })
  })

  test('reads why nothing was deleted when the server cannot', async () => {
    const { api } = openFlow([HUBEI])
    fireEvent.click(await offer('管理'))
    api.refuse('/titles/', problem(503, 'unexpected'))
    press(`删除 ${HUBEI.title.name}`)

    await screen.findByRole('alert')
    expect(screen.getByRole('button', { name: `删除 ${HUBEI.title.name}` })).toBeTruthy()
  })
})

describe('remembering a title', () => {
  async function goToCheck() {
    await type(/^公司名称/, HUBEI.title.name)
    await type(/^税号/, HUBEI.title.taxId)
    press('下一步')
    await screen.findByRole('button', { name: '提交开票' })
  }
  const consent = () => screen.findByRole<HTMLInputElement>('checkbox', { name: /^记住这个抬头/ })

  test('is off: a request keeps nothing', async () => {
    const { api, sent } = openFlow([])
    await goToCheck()
    expect((await consent()).checked).toBe(false)
    press('提交开票')

    await screen.findByRole('heading', { name: '开票进度' })
    expect(sent('/titles').map(({ method }) => method)).toEqual(['GET'])
    expect(api.titles.items()).toEqual([])
  })

  test('happens with the submit where it was ticked, and the page says so', async () => {
    const { api } = openFlow([])
    await goToCheck()
    fireEvent.click(await consent())
    expect(api.titles.items()).toEqual([])
    press('提交开票')

    await screen.findByText('抬头已记住，下次可直接选用。')
    expect(api.titles.items()).toMatchObject([{ title: { kind: 'company', name: HUBEI.title.name } }])
  })

  test('that failed is told, and the request stands', async () => {
    const { api } = openFlow([])
    await goToCheck()
    fireEvent.click(await consent())
    api.refuse('/titles', problem(403, 'token_not_allowed'))
    press('提交开票')

    await screen.findByText(/抬头没有记住/)
    expect(api.requests.size).toBe(1)
  })

  test('is not asked for a title that is kept: using it moves it up', async () => {
    const { api, sent } = openFlow([HUBEI, SCHOOL])
    await goToCheck()
    await screen.findByText('这个抬头已在“常用抬头”里。')
    expect(screen.queryByRole('checkbox')).toBeNull()
    press('提交开票')

    await waitFor(() => expect(sent('/titles').map(({ method }) => method)).toEqual(['GET', 'POST']))
    expect(api.titles.items()[0]?.title.name).toBe(HUBEI.title.name)
  })
})

test('a person who gave no name is kept and offered as one', () => {
  const person = { ...EMPTY_DRAFT, kind: 'person' as const }
  const ask = askFromDraft(['order-TM-1001'], person)
  const api = createFakeApi()
  const entry = api.titles.put(saveFromAsk(ask))

  expect(isOf(ask, entry)).toBe(true)
  expect(draftFromEntry(EMPTY_DRAFT, entry)).toEqual(person)
})

test('who comes by a link is offered nothing and asked nothing: nobody knows who it is', async () => {
  const { sent } = openFlow([HUBEI], 'order_link')
  await type(/^公司名称/, HUBEI.title.name)
  await type(/^税号/, HUBEI.title.taxId)
  press('下一步')
  await screen.findByRole('button', { name: '提交开票' })

  expect(screen.queryByRole('checkbox')).toBeNull()
  expect(sent('/titles')).toEqual([])
})
