import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/preact'
import { afterEach, expect, test } from 'vitest'
import type { MonthReport as Report } from '../../../server/contract/reports.ts'
import { createCall } from '../../../widget/api/call.ts'
import { createClient } from '../../../widget/api/client.ts'
import { getMonthCsv } from '../../../widget/api/get-month-report.ts'
import { MonthReport, monthsUntil } from '../../../widget/console/MonthReport.tsx'
import { WordsProvider } from '../../../widget/i18n/locale.tsx'
import { problem } from '../../support/fake-api.ts'

const ROW = {
  shopId: 'shop-1',
  shopName: '天猫店',
  kind: 'ordinary',
  treatment: 'taxed',
  rateBp: 1_300,
} as const
const BLUE = { count: 2, netFen: 106_195, taxFen: 13_805, grossFen: 120_000 }
const RED = { count: 1, netFen: -17_699, taxFen: -2_301, grossFen: -20_000 }

const report = (month: string): Report => ({
  month,
  rows: [
    { ...ROW, colour: 'blue', ...BLUE },
    { ...ROW, colour: 'red', ...RED },
  ],
  total: { count: 3, netFen: 88_496, taxFen: 11_504, grossFen: 100_000 },
  readAt: '2026-11-22T04:00:00.000Z',
})

/** The report before a server that knows it; `answer` is what it says. */
function open(answer: (path: string) => { status: number; body: unknown }) {
  const asked: string[] = []
  const fetch = async (input: unknown) => {
    const path = String(input).split('/v1')[1] ?? ''
    asked.push(path)
    const { status, body } = answer(path)
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status })
  }
  const call = createCall({ fetch, bearer: () => 'token', language: () => 'zh-CN' })
  const client = { ...createClient({ language: () => 'zh-CN' }), call }
  render(
    <WordsProvider locale="zh-CN">
      <MonthReport client={client} />
    </WordsProvider>,
  )
  return { asked, call }
}

const monthIn = (path: string) => path.slice(-7)
const good = (path: string) => ({ status: 200, body: report(monthIn(path)) })

afterEach(cleanup)

test('the months are those of Shanghai, newest first, across a new year', () => {
  expect(monthsUntil(new Date('2026-12-31T15:59:59Z')).slice(0, 2)).toEqual(['2026-12', '2026-11'])
  expect(monthsUntil(new Date('2026-12-31T16:00:00Z')).slice(0, 2)).toEqual(['2027-01', '2026-12'])
  expect(monthsUntil(new Date('2026-03-31T00:00:00Z'))).toHaveLength(12)
})

test('blue and red stand in rows of their own, reds below zero, and the total is the server’s', async () => {
  open(good)
  await screen.findByText('红字')

  const rows = screen.getAllByRole('row').map(({ textContent }) => textContent)
  expect(rows).toEqual([
    '店铺种类红蓝税率份数不含税金额税额价税合计',
    '天猫店普通发票蓝字13%2¥1,061.95¥138.05¥1,200.00',
    '天猫店普通发票红字13%1−¥176.99−¥23.01−¥200.00',
    '合计3¥884.96¥115.04¥1,000.00',
  ])
})

test('another month is read when it is chosen, and the same one again when asked to', async () => {
  const { asked } = open(good)
  await screen.findByText('红字')
  const [first, second] = screen.getAllByRole('option').map(({ textContent }) => textContent)

  fireEvent.change(screen.getByLabelText('月份'), { target: { value: second } })
  await waitFor(() => expect(asked).toEqual([first, second].map((month) => `/reports/month?month=${month}`)))
  fireEvent.click(screen.getByRole('button', { name: '刷新' }))
  await waitFor(() => expect(asked).toHaveLength(3))
})

test('a month without invoices says so', async () => {
  open((path) => ({ status: 200, body: { ...report(monthIn(path)), rows: [] } }))
  await screen.findByText('这个月没有开具发票。')
})

test('a file that does not come is said, and the table stays', async () => {
  open((path) => (path.includes('.csv') ? problem(429, 'rate_limited') : good(path)))
  await screen.findByText('红字')
  fireEvent.click(screen.getByRole('button', { name: '下载 CSV' }))
  await screen.findByRole('alert')
  expect(screen.getByText('红字')).toBeTruthy()
})

test('the file keeps the mark that a spreadsheet needs', async () => {
  const { call } = open((path) =>
    path.includes('.csv') ? { status: 200, body: '\uFEFF"月份"\r\n' } : good(path),
  )
  const file = await getMonthCsv(call, '2026-11')
  const bytes = new Uint8Array(await file.arrayBuffer())
  expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
  expect([...bytes.slice(3, 6)], 'once').not.toEqual([0xef, 0xbb, 0xbf])
})
