import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/preact'
import { useState } from 'preact/hooks'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { WordsProvider } from '../../../widget/i18n/locale.tsx'
import { TitleForm } from '../../../widget/ui/TitleForm.tsx'
import { EMPTY_DRAFT, type FormFault, type TitleDraft } from '../../../widget/ui/title-form.model.ts'

const HUBEI = { name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10', source: 'directory' as const }
const SHANGHAI = { name: '湖北演示贸易有限公司', taxId: '91310000MA1FL0QA1C', source: 'directory' as const }

function openForm(first: Partial<TitleDraft> = {}, serverFaults: readonly FormFault[] = []) {
  const asked: string[] = []
  const sent: TitleDraft[] = []
  function Page() {
    const [draft, setDraft] = useState<TitleDraft>({ ...EMPTY_DRAFT, ...first })
    return (
      <WordsProvider locale="zh-CN">
        <TitleForm
          id="title"
          draft={draft}
          onDraft={setDraft}
          suggest={async (text) => {
            asked.push(text)
            return [HUBEI, SHANGHAI]
          }}
          serverFaults={serverFaults}
          submitLabel="下一步"
          isBusy={false}
          onSubmit={() => sent.push(draft)}
        />
      </WordsProvider>
    )
  }
  render(<Page />)
  return { asked, sent, submit: () => fireEvent.click(screen.getByRole('button', { name: '下一步' })) }
}

const field = (name: RegExp) => screen.getByLabelText<HTMLInputElement>(name)
const name = () => field(/^公司名称/)
const taxId = () => field(/^税号/)
const email = () => field(/^接收邮箱/)
const type = (input: HTMLInputElement, value: string) => fireEvent.input(input, { target: { value } })

afterEach(() => {
  vi.useRealTimers()
  cleanup()
})

describe('the company name', () => {
  test('asks for suggestions 200 ms after the last of two or more letters', async () => {
    vi.useFakeTimers()
    const form = openForm()
    type(name(), '湖')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(form.asked).toEqual([])

    type(name(), '湖北')
    await vi.advanceTimersByTimeAsync(150)
    type(name(), '湖北示')
    await vi.advanceTimersByTimeAsync(199)
    expect(form.asked).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(form.asked).toEqual(['湖北示'])
  })

  test('leaves an input method alone until its composition ends', async () => {
    vi.useFakeTimers()
    const form = openForm()
    fireEvent.compositionStart(name())
    for (const letters of ['hu', 'hu bei', 'hu bei shi']) type(name(), letters)
    fireEvent.keyDown(name(), { key: 'ArrowDown' })
    fireEvent.keyDown(name(), { key: 'Enter', keyCode: 229 })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(form.asked).toEqual([])
    expect(name().value).toBe('hu bei shi')

    type(name(), '湖北示')
    fireEvent.compositionEnd(name())
    await vi.advanceTimersByTimeAsync(200)
    expect(form.asked).toEqual(['湖北示'])
  })

  test('is a combobox: arrows go round, Enter chooses and fills the tax id', async () => {
    openForm()
    type(name(), '湖北')
    await waitFor(() => expect(name().getAttribute('aria-expanded')).toBe('true'))
    fireEvent.keyDown(name(), { key: 'ArrowUp' })
    expect(name().getAttribute('aria-activedescendant')).toBe('title-name-list-1')
    fireEvent.keyDown(name(), { key: 'ArrowDown' })
    expect(screen.getAllByRole('option')[0]?.getAttribute('aria-selected')).toBe('true')

    fireEvent.keyDown(name(), { key: 'Enter' })

    expect([name().value, taxId().value]).toEqual([HUBEI.name, HUBEI.taxId])
    expect(name().getAttribute('aria-expanded')).toBe('false')
  })

  test('keeps what was typed when Escape closes the list', async () => {
    openForm()
    type(name(), '湖北')
    await waitFor(() => expect(name().getAttribute('aria-expanded')).toBe('true'))

    fireEvent.keyDown(name(), { key: 'Escape' })

    expect(name().getAttribute('aria-expanded')).toBe('false')
    expect(name().value).toBe('湖北')
  })

  test('takes a whole message apart: three fields filled, the tax id with its slip and the remedy', async () => {
    openForm()
    const message = '湖北示例科技有限公司 税号914201I1MA49QA0X10 邮箱 a@ex.cn'
    type(name(), message)
    await screen.findByText('已识别：名称、税号、邮箱')

    expect([name().value, taxId().value, email().value]).toEqual([
      HUBEI.name,
      '914201I1MA49QA0X10',
      'a@ex.cn',
    ])
    expect(screen.getByText(/第 7 位“I”/)).toBeTruthy()
    fireEvent.click(screen.getByRole('button', { name: `改为 ${HUBEI.taxId}` }))
    expect(taxId().value).toBe(HUBEI.taxId)
    expect(screen.queryByText(/第 7 位/)).toBeNull()
  })
})

describe('the tax id', () => {
  test('is not called wrong while it is being typed', () => {
    openForm({ taxId: '91420111MA' })

    expect(taxId().getAttribute('aria-invalid')).toBeNull()
  })

  test('offers to swap when name and tax id stand in each other’s field', () => {
    openForm({ name: HUBEI.taxId, taxId: HUBEI.name })
    fireEvent.click(screen.getByRole('button', { name: '互换名称和税号' }))

    expect([name().value, taxId().value]).toEqual([HUBEI.name, HUBEI.taxId])
  })
})

describe('a submit', () => {
  test('with a faulty e-mail sends nothing and leads to the field, which says why', async () => {
    const form = openForm({ name: HUBEI.name, taxId: HUBEI.taxId, email: 'a@@x' })
    form.submit()

    await waitFor(() => expect(document.activeElement).toBe(email()))
    const note = document.getElementById(email().getAttribute('aria-describedby') ?? '')
    expect(note?.textContent).toContain('邮箱格式不对')
    expect(form.sent).toEqual([])

    type(email(), 'a@ex.cn')
    form.submit()
    expect(form.sent).toHaveLength(1)
  })

  test('with several faults leads to the first one on the page', async () => {
    const form = openForm({ email: 'a@@x' })
    form.submit()

    await waitFor(() => expect(document.activeElement).toBe(name()))
    expect(screen.getByText('请填写发票抬头。')).toBeTruthy()
    expect(screen.getByText(/请填写税号/)).toBeTruthy()
  })

  test('of a person needs neither name nor tax id', () => {
    const form = openForm()
    fireEvent.click(screen.getByRole('radio', { name: '个人' }))
    form.submit()

    expect(form.sent).toMatchObject([{ kind: 'person' }])
    expect(screen.queryByLabelText(/^税号/)).toBeNull()
  })

  test('refused by the server shows its fault until the field changes', async () => {
    const fault: FormFault = { field: 'name', code: 'title_name_too_long', detail: '' }
    openForm({ name: HUBEI.name, taxId: HUBEI.taxId }, [fault])
    await waitFor(() => expect(document.activeElement).toBe(name()))
    expect(screen.getByText('抬头太长了，最多 100 个字。')).toBeTruthy()

    type(name(), '湖北')

    expect(screen.queryByText('抬头太长了，最多 100 个字。')).toBeNull()
  })

  test('keeps the company’s fields while 个人 is looked at', () => {
    openForm({ name: HUBEI.name, taxId: HUBEI.taxId })
    fireEvent.click(screen.getByRole('radio', { name: '个人' }))
    fireEvent.click(screen.getByRole('radio', { name: '企业' }))

    expect([name().value, taxId().value]).toEqual([HUBEI.name, HUBEI.taxId])
  })
})
