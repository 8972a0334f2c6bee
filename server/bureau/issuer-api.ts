import { type Answer, json, wrong } from './answer.ts'
import type { Bureau, Call } from './bureau.ts'
import { FAULTS } from './faults.ts'
import { type Form, issuedRedOf } from './forms.ts'
import type { createScans } from './scans.ts'
import type { Fields } from './sheet-fields.ts'
import type { Verdict } from './take-sheet.ts'
import { type Entry, viewCredit, viewEntry, viewLedgerRow, viewSession } from './view-entry.ts'
import { viewFormRow } from './view-form.ts'

export type ApiDeps = {
  readonly bureau: Bureau
  readonly scans: ReturnType<typeof createScans>
  /** Without a slash at the end. */
  readonly ownUrl: () => string
}

const MAX_WINDOW_MS = 3 * 24 * 3_600_000 // SIM9
const PAGE_ROWS = 500

/**
 * Takes a sheet. The decision is on the disk before the latency begins to run, so a caller that
 * gives up early may well have an invoice.
 */
export function answerIssue({ bureau }: ApiDeps, payload: Buffer): Promise<Answer> {
  return answerBent(bureau, 'issue', (isAnswered) => bureau.issue(payload, isAnswered))
}

/** Takes a red form; the same rules, and the same faults. */
export function answerRed({ bureau }: ApiDeps, payload: Buffer): Promise<Answer> {
  return answerBent(bureau, 'red', (isAnswered) => bureau.requestRed(payload, isAnswered))
}

async function answerBent(
  bureau: Bureau,
  call: Call,
  take: (isAnswered: boolean) => Promise<Verdict>,
): Promise<Answer> {
  const name = bureau.nextFault(call)
  const fault = name === null ? null : FAULTS[name]
  const verdict = fault === null || fault.issues ? await take(fault === null) : null
  await elapse(bureau.latencyMs())

  if (fault?.reply === 'silence' || verdict?.isSilent === true) return { kind: 'silence' }
  if (fault?.reply === 'reset') return { kind: 'reset' }
  if (fault?.reply === 'garbled') return garbled
  if (fault?.reply === 'busy') return busy
  if (verdict === null || fault !== null) return wrong(500, 'system busy')
  return json(verdict.reply, isAccepted(verdict.reply) ? 202 : 200)
}

export async function answerRedQuery({ bureau }: ApiDeps, formSerial: string | null): Promise<Answer> {
  if (formSerial === null) return wrong(400, 'formSerial is missing')
  await elapse(bureau.latencyMs())
  if (bureau.isQueryFailing()) return wrong(503, 'system busy')
  return json((await bureau.findRed(formSerial)) ?? { formSerial, state: 'absent' })
}

/** The seller takes a form back; the answer is what the form is now, which may be too late. */
export async function answerRevoke({ bureau }: ApiDeps, { formSerial }: Fields): Promise<Answer> {
  if (typeof formSerial !== 'string') return wrong(400, 'formSerial is missing')
  await bureau.moveForm(formSerial, 'revoke')
  await elapse(bureau.latencyMs())
  return json((await bureau.findRed(formSerial)) ?? { formSerial, state: 'absent' })
}

/** What this channel can (SIM8). */
export function answerCapabilities({ bureau }: ApiDeps): Answer {
  const { profile, consentMs } = bureau.settings()
  const formats = profile === 'no_ofd' ? ['pdf', 'xml'] : ['pdf', 'ofd', 'xml']
  const canReversePart = profile !== 'no_partial'
  return json({ profile, canReversePart, canMerge: profile !== 'no_merge', formats, consentMs })
}

/** The public look-up of SIM15: `number`, `date` (YYYY-MM-DD) and `grossFen`. */
export function answerVerify({ bureau }: ApiDeps, query: URLSearchParams): Answer {
  const number = query.get('number') ?? ''
  const date = query.get('date') ?? ''
  const grossFen = Number(query.get('grossFen') ?? Number.NaN)
  if (!/^\d{20}$/.test(number)) return wrong(400, 'number has 20 digits')
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return wrong(400, 'date is YYYY-MM-DD')
  if (!Number.isSafeInteger(grossFen)) return wrong(400, 'grossFen is whole fen')
  return json(bureau.verify({ number, date, grossFen }))
}

export async function answerQuery({ bureau }: ApiDeps, serial: string | null): Promise<Answer> {
  if (serial === null) return wrong(400, 'serial is missing')
  await elapse(bureau.latencyMs())
  if (bureau.isQueryFailing()) return wrong(503, 'system busy')
  const entry = await bureau.find(serial)
  return json(entry === null ? { serial, state: 'absent' } : viewEntry(entry, bureau.nowMs()))
}

export function answerSession({ bureau, scans, ownUrl }: ApiDeps, taxId: string | null): Answer {
  const account = bureau.account(taxId)
  if (account.channel === 'online') return json({ state: 'online' })
  const { token, expiresMs } = scans.current(account.taxId)
  return json(viewSession(account.channel, { url: `${ownUrl()}/scan/${token}`, expiresMs }))
}

export function answerCredit({ bureau }: ApiDeps, taxId: string | null): Answer {
  return json(viewCredit(bureau.account(taxId)))
}

/** The channel's own list, for reconciliation: at most three days at once, in pages (SIM9). */
export function answerList({ bureau }: ApiDeps, query: URLSearchParams): Answer {
  const window = readWindow(query)
  if (typeof window === 'string') return wrong(400, window)

  const nowMs = bureau.nowMs()
  const account = query.get('account')
  const isListed = (entry: Entry) =>
    entry.t === 'numbered' &&
    entry.dueMs <= nowMs &&
    entry.dueMs >= window.fromMs &&
    entry.dueMs < window.toMs &&
    (account === null || entry.sellerTaxId === account)

  const isRedListed = (form: Form) => {
    const red = issuedRedOf(form, nowMs)
    const isIn = red !== null && red.dueMs >= window.fromMs && red.dueMs < window.toMs
    return isIn && (account === null || form.sellerTaxId === account)
  }

  const end = window.cursor + PAGE_ROWS
  const invoices = bureau.rows(window.cursor, end).filter(isListed)
  const nextCursor = end < bureau.count() ? end : null
  // Reds are few: all of a window stand on its first page.
  const reds = window.cursor > 0 ? [] : bureau.forms.all().filter(isRedListed)
  return json({
    invoices: invoices.map((entry) => viewLedgerRow(entry, nowMs)),
    reds: reds.map((form) => viewFormRow(form, nowMs)),
    nextCursor,
  })
}

/** The window, or the sentence that says what is wrong with it. */
function readWindow(query: URLSearchParams): { fromMs: number; toMs: number; cursor: number } | string {
  const fromMs = Date.parse(query.get('from') ?? 'missing')
  const toMs = Date.parse(query.get('to') ?? 'missing')
  const cursor = Number(query.get('cursor') ?? '0')
  if (Number.isNaN(fromMs) || Number.isNaN(toMs)) return 'from and to are instants'
  if (toMs <= fromMs || toMs - fromMs > MAX_WINDOW_MS) return '查询区间不能超过 3 天'
  return Number.isSafeInteger(cursor) && cursor >= 0 ? { fromMs, toMs, cursor } : 'cursor is not ours'
}

const busy: Answer = { kind: 'busy', retryAfterSeconds: 1 }

const garbled: Answer = {
  kind: 'text',
  status: 200,
  type: 'text/html; charset=utf-8',
  text: '<html><body><h1>网关提示</h1><p>系统维护中</p></body></html>',
}

function isAccepted(reply: object): boolean {
  return 'state' in reply && reply.state === 'accepted'
}

function elapse(ms: number): Promise<void> {
  if (ms === 0) return Promise.resolve()
  return new Promise((resolve) => setTimeout(resolve, ms))
}
