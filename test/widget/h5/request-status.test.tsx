import { cleanup, fireEvent, render, screen } from '@testing-library/preact'
import { afterEach, expect, test } from 'vitest'
import type { InvoiceRequestView } from '../../../server/contract/invoicing.ts'
import { RequestStatus } from '../../../widget/h5/RequestStatus.tsx'

const REQUEST: InvoiceRequestView = {
  id: 'r1',
  ticketNumber: 'K2611220001',
  state: 'queued',
  kind: 'ordinary',
  amountFen: 29900,
  orderIds: ['o1'],
  orderNumbers: ['TM-1001'],
  shopId: 's1',
  surface: 'h5',
  buyerName: '湖北示例科技有限公司',
  buyerTaxId: '91420111MA49QA0X10',
  email: null,
  createdAt: '2026-11-22T02:00:00Z',
  updatedAt: '2026-11-22T02:00:00Z',
  undoUntil: null,
  heldReason: null,
  reviewReason: null,
  overrideReason: null,
  rejectDetail: null,
  fix: null,
  doubt: null,
  siblings: [],
  typed: null,
  waitsFor: 'bureau',
  expectedAt: null,
  invoiceId: null,
  version: 1,
}

function show(part: Partial<InvoiceRequestView>) {
  const done: string[] = []
  render(
    <RequestStatus
      request={{ ...REQUEST, ...part }}
      isBusy={false}
      failure={null}
      onWithdraw={() => done.push('withdraw')}
      onEdit={() => done.push('edit')}
      onFix={(fix) => done.push(`fix ${JSON.stringify(fix)}`)}
      onAskAgain={() => done.push('ask again')}
    />,
  )
  const current = document.querySelector('[aria-current=step]')?.textContent ?? null
  return { done, current }
}

afterEach(cleanup)

test.each([
  ['submitted', '已受理', '受理进行中'],
  ['in_review', '人工审核中', '受理进行中'],
  ['approved', '审核通过', '开票中进行中'],
  ['queued', '排队开票', '开票中进行中'],
  ['issuing', '开票中', '开票中进行中'],
  ['held', '稍后自动开具', '开票中进行中'],
  ['in_doubt', '正在核实', '开票中进行中'],
  ['issued', '已开具', null],
  ['rejected', '未能开具', '受理进行中'],
  ['withdrawn', '已撤回', null],
] as const)('a request that is %s says %s and stands at its true stage', (state, heading, stage) => {
  const { current } = show({ state })

  expect(screen.getByRole('heading', { name: heading })).toBeTruthy()
  expect(current).toBe(stage)
  expect(screen.getByText('K2611220001')).toBeTruthy()
})

test('a doubtful request asks for patience and offers no second submit', () => {
  show({ state: 'in_doubt' })

  expect(screen.getByText(/税局可能已开出，正在核实，请勿重复提交/)).toBeTruthy()
  expect(screen.queryByRole('button')).toBeNull()
})

test('a held request says why it waits', () => {
  show({ state: 'held', heldReason: 'credit_exhausted' })

  expect(screen.getByText(/开票额度暂时不足/)).toBeTruthy()
})

test('a rejected request shows the bureau’s sentence and leads back to the form', () => {
  const { done } = show({ state: 'rejected', rejectDetail: '纳税人识别号与名称不符' })
  fireEvent.click(screen.getByRole('button', { name: '修改后重新提交' }))

  expect(screen.getByText('纳税人识别号与名称不符')).toBeTruthy()
  expect(done).toEqual(['ask again'])
})

test('a request can be withdrawn while its window is open, and not a second longer', () => {
  const open = show({ state: 'submitted', undoUntil: new Date(Date.now() + 90_000).toISOString() })
  expect(screen.getByText(/1:(30|29) 内可以撤回/)).toBeTruthy()
  fireEvent.click(screen.getByRole('button', { name: '撤回' }))
  expect(open.done).toEqual(['withdraw'])

  cleanup()
  show({ state: 'submitted', undoUntil: new Date(Date.now() - 1).toISOString() })
  expect(screen.queryByRole('button', { name: '撤回' })).toBeNull()
})
