import { useState } from 'preact/hooks'
import type { MonthReport as Report, ReportRow } from '../../server/contract/reports.ts'
import type { Client } from '../api/client.ts'
import { getMonthCsv, getMonthReport } from '../api/get-month-report.ts'
import { useConsoleTexts } from '../i18n/console.ts'
import { formatRate, formatTime } from '../i18n/format.ts'
import { describeFailure, useWords } from '../i18n/locale.tsx'
import { Button } from '../ui/Button.tsx'
import { Card } from '../ui/Card.tsx'
import { Money } from '../ui/Money.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Loaded } from './Loaded.tsx'
import { useRead } from './use-read.ts'

const SHANGHAI_MS = 8 * 3_600_000
const MONTHS = 12

/** This month and those before it, in Shanghai, newest first. */
export function monthsUntil(now: Date): string[] {
  const here = new Date(now.getTime() + SHANGHAI_MS)
  return Array.from({ length: MONTHS }, (_, back) =>
    new Date(Date.UTC(here.getUTCFullYear(), here.getUTCMonth() - back)).toISOString().slice(0, 7),
  )
}

/** 月报: what was issued and taken back, and the same as a file. */
export function MonthReport({ client }: { client: Client }) {
  const words = useConsoleTexts()
  const [months] = useState(() => monthsUntil(new Date()))
  const [month, setMonth] = useState(months[0] ?? '')
  const read = useRead(() => getMonthReport(client.call, month), month)
  return (
    <Card>
      <div class="report-head">
        <h2 id="report">{words.report}</h2>
        <label class="report-month">
          <span>{words.reportMonth}</span>
          <select class="input" value={month} onChange={(event) => setMonth(event.currentTarget.value)}>
            {months.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <Button onClick={read.again}>{words.reportRefresh}</Button>
        <Download client={client} month={month} />
      </div>
      <Loaded read={read}>{(report) => <Figures report={report} />}</Loaded>
    </Card>
  )
}

function Download({ client, month }: { client: Client; month: string }) {
  const { texts } = useWords()
  const words = useConsoleTexts()
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  const download = async () => {
    setBusy(true)
    setFailure(null)
    try {
      save(await getMonthCsv(client.call, month), `invoices-${month}.csv`)
    } catch (cause) {
      setFailure(cause)
    }
    setBusy(false)
  }
  return (
    <>
      <Button isBusy={isBusy} onClick={() => void download()}>
        {words.reportCsv}
      </Button>
      {failure !== null && <Notice kind="error">{describeFailure(texts, failure)}</Notice>}
    </>
  )
}

/** A link cannot carry the token of a session, so the file is fetched and handed to the browser. */
function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 0)
}

/** On a phone each row is a block, and what is no longer laid out as a table loses its roles unless it names them. */
const AS = {
  table: { role: 'table' },
  rowgroup: { role: 'rowgroup' },
  row: { role: 'row' },
  columnheader: { role: 'columnheader' },
  rowheader: { role: 'rowheader' },
  cell: { role: 'cell' },
} as const

function Figures({ report }: { report: Report }) {
  const { locale } = useWords()
  const words = useConsoleTexts()
  const { rows, total, readAt } = report
  if (rows.length === 0) return <p class="muted">{words.reportEmpty}</p>
  const { shop, kind, colour, rate, count, net, tax, gross } = words.reportColumns
  return (
    <>
      <table class="report" {...AS.table} aria-labelledby="report">
        <thead {...AS.rowgroup}>
          <tr {...AS.row}>
            {[shop, kind, colour, rate].map((name) => (
              <th key={name} scope="col" {...AS.columnheader}>
                {name}
              </th>
            ))}
            {[count, net, tax, gross].map((name) => (
              <th key={name} scope="col" {...AS.columnheader} class="report-figure">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody {...AS.rowgroup}>
          {rows.map((row) => (
            <Row key={`${row.shopId} ${row.kind} ${row.colour} ${row.treatment} ${row.rateBp}`} row={row} />
          ))}
        </tbody>
        <tfoot {...AS.rowgroup}>
          <tr {...AS.row}>
            <th scope="row" {...AS.rowheader} colSpan={4}>
              {words.reportTotal}
            </th>
            <Sums sums={total} />
          </tr>
        </tfoot>
      </table>
      <p class="muted">{words.reportReadAt(formatTime(readAt, locale))}</p>
    </>
  )
}

function Row({ row }: { row: ReportRow }) {
  const { texts } = useWords()
  const words = useConsoleTexts()
  const rate = row.treatment === 'taxed' ? formatRate(row.rateBp) : texts.flow[row.treatment]
  return (
    <tr {...AS.row}>
      {[row.shopName, texts.titleForm[row.kind], words.colours[row.colour], rate].map((name) => (
        <td key={name} {...AS.cell}>
          {name}
        </td>
      ))}
      <Sums sums={row} />
    </tr>
  )
}

function Sums({ sums }: { sums: Report['total'] }) {
  const { count, net, tax, gross } = useConsoleTexts().reportColumns
  const figures = [
    { name: net, fen: sums.netFen },
    { name: tax, fen: sums.taxFen },
    { name: gross, fen: sums.grossFen },
  ]
  return (
    <>
      <td {...AS.cell} class="report-figure digits" data-name={count}>
        {sums.count}
      </td>
      {figures.map(({ name, fen }) => (
        <td key={name} {...AS.cell} class="report-figure" data-name={name}>
          <Money fen={fen} />
        </td>
      ))}
    </>
  )
}
