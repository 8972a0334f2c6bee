import { type Answer, json, wrong } from './answer.ts'
import { type Bureau, CALLS } from './bureau.ts'
import { FAULT_NAMES, isFaultName } from './faults.ts'
import { FORM_ACTS, type FormAct } from './move-form.ts'
import { CHANNEL_STATES, USAGES } from './records.ts'
import { readNumber } from './settings.ts'
import type { Fields } from './sheet-fields.ts'
import { viewCredit, viewLedgerRow } from './view-entry.ts'
import { viewFormRefusal, viewFormRow } from './view-form.ts'

const MAX_ROWS = 1_000
const MAX_ADVANCE_MS = 10 * 366 * 24 * 3_600_000
const MAX_FEN = 1_000_000_000_000_000

export type AdminAct = (bureau: Bureau, fields: Fields) => Answer | Promise<Answer>

/** Everything that turns the simulator: `POST /admin/<act>` with JSON or a form. */
export const ADMIN_ACTS: Readonly<Record<string, AdminAct>> = {
  settings(bureau, fields) {
    const refused = bureau.patch(fields)
    return refused === null ? json(bureau.settings()) : wrong(422, `${refused.wrong} is not acceptable`)
  },

  async credit(bureau, fields) {
    const lineFen = readNumber(fields.lineFen)
    if (lineFen === null || !Number.isSafeInteger(lineFen) || lineFen < 0 || lineFen > MAX_FEN) {
      return wrong(422, 'lineFen is not acceptable')
    }
    await bureau.setCreditLine(readAccount(fields), lineFen)
    return json(viewState(bureau))
  },

  async offline(bureau, fields) {
    const code = CHANNEL_STATES.find((state) => state === (fields.code ?? '1101'))
    if (code === undefined || code === 'online') return wrong(422, 'code is not acceptable')
    await bureau.setChannel(readAccount(fields), code)
    return json(viewState(bureau))
  },

  async online(bureau, fields) {
    await bureau.setChannel(readAccount(fields), 'online')
    return json(viewState(bureau))
  },

  'fail-next'(bureau, { fault, times = 1, call = 'any' }) {
    const waitsFor = CALLS.find((one) => one === call)
    if (waitsFor === undefined) return wrong(422, 'call is not acceptable')
    const count = readNumber(times)
    if (!isFaultName(fault)) return wrong(422, 'fault is not acceptable')
    if (count === null || !Number.isInteger(count) || count < 1 || count > 10_000) {
      return wrong(422, 'times is not acceptable')
    }
    bureau.failNext(fault, count, waitsFor)
    return json(viewState(bureau))
  },

  /** Shares of answers that go wrong, each in percent. */
  shares(bureau, fields) {
    const percents = FAULT_NAMES.map((name) => [name, readNumber(fields[name] ?? 0)] as const)
    const faultShares = Object.fromEntries(percents.map(([name, percent]) => [name, (percent ?? -1) / 100]))
    const refused = bureau.patch({ faultShares })
    return refused === null
      ? json(bureau.settings())
      : wrong(422, 'shares are percents and at most 100 together')
  },

  /** Somebody answers a red form: the buyer (confirm, refuse), the seller (revoke), the bureau (void). */
  async form(bureau, { formSerial, formNumber, act }) {
    const known = typeof act === 'string' && Object.hasOwn(FORM_ACTS, act)
    if (!known) return wrong(422, 'act is not acceptable')
    const form =
      typeof formNumber === 'string'
        ? bureau.forms.byNumber(formNumber)
        : bureau.forms.find(String(formSerial))
    if (form === null) return wrong(404, 'no such form')
    // `act` was found among the keys of the table.
    const isMoved = await bureau.moveForm(form.formSerial, act as FormAct)
    return isMoved ? json(viewFormRow(form, bureau.nowMs())) : wrong(409, '红字信息确认单已不能变更')
  },

  /** The buyer uses an invoice for deduction or books it, named by its number or by an order's. */
  async 'mark-used'(bureau, { number, orderNumber, usage }) {
    const known = USAGES.find((one) => one === usage)
    if (known === undefined) return wrong(422, 'usage is not acceptable')
    const wanted = typeof number === 'string' ? number : findNumber(bureau, orderNumber)
    if (wanted === null || !(await bureau.markUsed(wanted, known))) return wrong(404, 'no such invoice')
    return json({ number: wanted, usage: known })
  },

  /** Moves the bureau's clock ahead, for good. */
  async advance(bureau, { ms, hours }) {
    const span = hours === undefined ? readNumber(ms) : (readNumber(hours) ?? Number.NaN) * 3_600_000
    if (span === null || !Number.isInteger(span) || span < 0 || span > MAX_ADVANCE_MS)
      return wrong(422, 'ms is not acceptable')
    await bureau.advance(span)
    return json(viewState(bureau))
  },
}

/** The latest invoice of an order, as the sheet named it. */
function findNumber(bureau: Bureau, orderNumber: unknown): string | null {
  const rows = [...bureau.rows(0, bureau.count())].reverse()
  const found = rows.find(
    (entry) => entry.t === 'numbered' && entry.orderNumbers.some((number) => number === orderNumber),
  )
  return found?.t === 'numbered' ? found.number : null
}

/** Everything at once, for tests that hold it against our own books. */
export function viewWholeLedger(bureau: Bureau) {
  const nowMs = bureau.nowMs()
  const rows = bureau.rows(0, bureau.count()).map((entry) => viewLedgerRow(entry, nowMs))
  return {
    now: new Date(nowMs).toISOString(),
    invoices: rows.filter(({ state }) => state !== 'rejected'),
    refused: rows.filter(({ state }) => state === 'rejected'),
    forms: bureau.forms.all().map((form) => viewFormRow(form, nowMs)),
    refusedForms: bureau.forms.refusals().map(viewFormRefusal),
    accounts: bureau.accounts().map((account) => ({ channel: account.channel, ...viewCredit(account) })),
  }
}

export function viewState(bureau: Bureau) {
  return {
    now: new Date(bureau.nowMs()).toISOString(),
    entries: bureau.count(),
    numbered: bureau.numberedCount(),
    forms: bureau.forms.count(),
    news: bureau.newsCount(),
    settings: bureau.settings(),
    pendingFaults: bureau.pendingFaults(),
    accounts: bureau.accounts().map((account) => ({ channel: account.channel, ...viewCredit(account) })),
  }
}

/** Oldest first, from `from` on; without it the latest. */
export function answerLedger(bureau: Bureau, query: URLSearchParams): Answer {
  const limit = readNumber(query.get('limit') ?? '100')
  if (limit === null || !Number.isInteger(limit) || limit > MAX_ROWS)
    return wrong(400, `limit is at most ${MAX_ROWS}`)
  const from = readNumber(query.get('from') ?? `${Math.max(0, bureau.count() - limit)}`)
  if (from === null || !Number.isInteger(from)) return wrong(400, 'from is not a position')

  const rows = bureau.rows(from, from + limit).map((entry) => viewLedgerRow(entry, bureau.nowMs()))
  return json({ count: bureau.count(), from, rows })
}

/** Reads past the lag of the index: this is the truth, not what a query shows. */
export function answerSerial(bureau: Bureau, serial: string): Answer {
  const entry = bureau.peek(serial)
  return entry === null ? wrong(404, 'no such serial') : json(viewLedgerRow(entry, bureau.nowMs()))
}

function readAccount({ account }: Fields): string | null {
  return typeof account === 'string' && account !== '' ? account : null
}
