import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/preact'
import { useState } from 'preact/hooks'
import { afterEach, expect, test } from 'vitest'
import type { TitleSave } from '../../../server/contract/titles.ts'
import { createCall } from '../../../widget/api/call.ts'
import { WordsProvider } from '../../../widget/i18n/locale.tsx'
import { CustomerTitles } from '../../../widget/title-book/CustomerTitles.tsx'
import { EMPTY_DRAFT, type TitleDraft } from '../../../widget/ui/title-form.model.ts'
import { createFakeApi } from '../../support/fake-api.ts'

const KNOWN = '湖北示例科技有限公司'
const TAX_ID = '91420111MA49QA0X10'

/** An agent's form about an order of a customer who keeps these. */
function openForm(kept: readonly TitleSave[], first: Partial<TitleDraft> = {}) {
  const api = createFakeApi()
  for (const save of kept) api.titles.put(save)
  const { token } = api.session('launch', ['order-TM-1001'])
  api.agents.add(token)
  const call = createCall({ fetch: api.fetch, bearer: () => token, language: () => 'zh-CN' })
  let shown: TitleDraft = { ...EMPTY_DRAFT, ...first }
  function Page() {
    const [draft, setDraft] = useState(shown)
    shown = draft
    return (
      <WordsProvider locale="zh-CN">
        <CustomerTitles call={call} orderId="order-TM-1001" draft={draft} onDraft={setDraft} />
      </WordsProvider>
    )
  }
  render(<Page />)
  return { api, draft: () => shown }
}

const company = (name: string, taxId: string): TitleSave => ({
  title: { kind: 'company', name, taxId, address: '某路1号' },
  kind: 'ordinary',
  email: 'a@ex.cn',
})

afterEach(cleanup)

test('a company’s tax id is shown masked, and filled in whole where the company is known', async () => {
  const { api, draft } = openForm([company(KNOWN, TAX_ID)])
  const chip = await screen.findByRole('button', { name: new RegExp(KNOWN) })
  expect(chip.textContent).toContain('9142**********0X10')
  fireEvent.click(chip)

  await screen.findByText('已填入，请核对。')
  expect(draft()).toMatchObject({ kind: 'company', name: KNOWN, taxId: TAX_ID, address: '', email: '' })
  expect(api.calls[0]?.path).toBe('/titles?orderId=order-TM-1001')
})

test('of an unknown company the tax id is left to be asked for: no star reaches the form', async () => {
  const { draft } = openForm([company('不在名录的公司', TAX_ID)])
  fireEvent.click(await screen.findByRole('button', { name: /不在名录的公司/ }))

  await screen.findByText('已填入不在名录的公司，税号请向客户确认。')
  expect(draft()).toMatchObject({ name: '不在名录的公司', taxId: '' })
})

test('what the agent had typed comes back', async () => {
  const { draft } = openForm([company(KNOWN, TAX_ID)], { name: '手打的公司', email: 'typed@ex.cn' })
  fireEvent.click(await screen.findByRole('button', { name: new RegExp(KNOWN) }))
  await waitFor(() => expect(draft()).toMatchObject({ name: KNOWN, email: 'typed@ex.cn' }))

  fireEvent.click(await screen.findByRole('button', { name: '恢复刚才填写的内容' }))

  expect(draft()).toMatchObject({ name: '手打的公司', taxId: '' })
})

test('a person is named behind the mask, and nothing can be filled in', async () => {
  openForm([{ title: { kind: 'person', name: '张小三' }, kind: 'ordinary' }])

  await screen.findByText('张*三')
  expect(screen.queryByRole('button')).toBeNull()
})
