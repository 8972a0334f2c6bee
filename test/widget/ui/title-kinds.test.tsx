import { cleanup, fireEvent, render, screen } from '@testing-library/preact'
import { useState } from 'preact/hooks'
import { afterEach, expect, test } from 'vitest'
import { WordsProvider } from '../../../widget/i18n/locale.tsx'
import { parsePasted } from '../../../widget/title/parse-pasted.ts'
import { TitleForm } from '../../../widget/ui/TitleForm.tsx'
import {
  askFromDraft,
  draftFromPaste,
  EMPTY_DRAFT,
  findFaults,
  type TitleDraft,
} from '../../../widget/ui/title-form.model.ts'

const TAX_ID = '91420111MA49QA0X10'

function openForm(first: Partial<TitleDraft> = {}) {
  const sent: TitleDraft[] = []
  function Page() {
    const [draft, setDraft] = useState<TitleDraft>({ ...EMPTY_DRAFT, ...first })
    return (
      <WordsProvider locale="zh-CN">
        <TitleForm
          id="title"
          draft={draft}
          onDraft={setDraft}
          suggest={async () => []}
          serverFaults={[]}
          submitLabel="下一步"
          isBusy={false}
          onSubmit={() => sent.push(draft)}
        />
      </WordsProvider>
    )
  }
  render(<Page />)
  return { sent, submit: () => fireEvent.click(screen.getByRole('button', { name: '下一步' })) }
}

const kinds = () => screen.findByLabelText<HTMLSelectElement>('单位类型')
const choose = async (value: string) => fireEvent.change(await kinds(), { target: { value } })

afterEach(cleanup)

test('a public body goes on without a tax id, once the form knows that it is one', async () => {
  const form = openForm({ name: '武汉市示例小学' })
  form.submit()
  expect(form.sent).toEqual([])

  await choose('public_body')
  form.submit()

  expect(form.sent).toMatchObject([{ kind: 'public_body', name: '武汉市示例小学', taxId: '' }])
  expect(screen.getByText('没有税号也可以开普票，专票需要税号。')).toBeTruthy()
})

test('a buyer abroad is asked for a name alone, and what was typed before is still there afterwards', async () => {
  const form = openForm({ name: 'Example GmbH', taxId: TAX_ID, invoiceKind: 'special', address: '某路1号' })

  await choose('foreign')
  expect(screen.queryByLabelText(/^税号/)).toBeNull()
  expect(screen.queryByLabelText(/^地址/)).toBeNull()
  form.submit()
  expect(form.sent).toMatchObject([{ kind: 'foreign' }])

  await choose('company')
  expect(screen.getByLabelText<HTMLInputElement>(/^税号/).value).toBe(TAX_ID)
  expect(screen.getByLabelText<HTMLInputElement>(/^地址/).value).toBe('某路1号')
})

test('a sole trader stays one when the rest of its title is pasted', () => {
  const chosen: TitleDraft = { ...EMPTY_DRAFT, kind: 'sole_trader' }

  const draft = draftFromPaste(chosen, parsePasted(`武汉示例小吃店有限公司 税号${TAX_ID}`))

  expect(draft).toMatchObject({ kind: 'sole_trader', taxId: TAX_ID })
})

test.each([
  [{ kind: 'person', personName: '' }, { kind: 'person', name: '个人' }, 'ordinary'],
  [{ kind: 'foreign', name: 'Example GmbH' }, { kind: 'foreign', name: 'Example GmbH' }, 'ordinary'],
  [
    { kind: 'public_body', name: '示例小学' },
    { kind: 'public_body', name: '示例小学', taxId: null },
    'special',
  ],
  [
    { kind: 'sole_trader', name: '示例小吃店', taxId: TAX_ID },
    { kind: 'sole_trader', name: '示例小吃店', taxId: TAX_ID },
    'special',
  ],
] as const)('%j is sent as what it is', (set, title, kind) => {
  const ask = askFromDraft(['01890000-0000-7000-8000-000000000001'], {
    ...EMPTY_DRAFT,
    invoiceKind: 'special',
    ...set,
  })

  expect(ask).toMatchObject({ kind, title })
})

test('a public body that wants a 专票 needs its tax id', () => {
  const draft: TitleDraft = { ...EMPTY_DRAFT, kind: 'public_body', name: '示例小学' }

  expect(findFaults(draft)).toEqual([])
  expect(findFaults({ ...draft, invoiceKind: 'special' })).toMatchObject([
    { code: 'title_tax_id_missing', field: 'taxId' },
  ])
})
