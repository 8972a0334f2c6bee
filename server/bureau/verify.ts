import type { Books } from './books.ts'
import { type Form, issuedRedOf } from './forms.ts'
import type { Settings } from './settings.ts'
import { instant } from './view-entry.ts'

type VerifyDeps = {
  readonly books: Books
  readonly settings: () => Settings
  readonly nowMs: () => number
}

export type VerifyAsk = { readonly number: string; readonly date: string; readonly grossFen: number }

const YEARS = 5

/**
 * The public look-up (SIM15): number, date and amount must all be right. A few checks per invoice and
 * day, five years back, and with a lag after issue. How often was asked is forgotten on restart.
 */
export function createVerify({ books, settings, nowMs }: VerifyDeps) {
  let day = ''
  let asked = new Map<string, number>()

  return (ask: VerifyAsk): object => {
    const at = nowMs()
    const today = shanghaiDate(at)
    if (today !== day) {
      day = today
      asked = new Map()
    }
    const times = (asked.get(ask.number) ?? 0) + 1
    if (times > settings().verifyPerDay)
      return { state: 'limit', message: '超过该张发票当日查验次数，请于次日再次查验' }
    asked.set(ask.number, times)
    if (isTooOld(ask.date, today)) return { state: 'too_old', message: '仅可查验最近五年内开具的发票' }

    const found = findIssued(books, ask.number, at - settings().verifyLagMs)
    if (found === null) return { state: 'absent', message: '查无此票' }
    if (shanghaiDate(found.issuedMs) !== ask.date || found.grossFen !== ask.grossFen)
      return { state: 'inconsistent', message: '发票信息不一致' }
    return viewVerified(books, found, at)
  }
}

type Found = {
  readonly number: string
  readonly colour: 'blue' | 'red'
  readonly issuedMs: number
  readonly grossFen: number
  readonly blueNumber: string | null
}

/** Only what was issued by then: the index of the look-up lags. */
function findIssued(books: Books, number: string, byMs: number): Found | null {
  const blue = books.invoice(number)
  if (blue !== null) {
    const { grossFen, dueMs } = blue
    return dueMs > byMs ? null : { number, colour: 'blue', issuedMs: dueMs, grossFen, blueNumber: null }
  }
  const form = books.forms.all().find((one) => issuedRedOf(one, byMs)?.number === number)
  const red = form === undefined ? null : issuedRedOf(form, byMs)
  if (form === undefined || red === null) return null
  const { grossFen, blueNumber } = form
  return { number, colour: 'red', issuedMs: red.dueMs, grossFen, blueNumber }
}

function viewVerified(
  books: Books,
  { number, colour, issuedMs, grossFen, blueNumber }: Found,
  nowMs: number,
) {
  const isIssued = (form: Form) => issuedRedOf(form, nowMs) !== null
  const reds = colour === 'red' ? [] : books.forms.ofBlue(number).filter(isIssued)
  const leftFen = grossFen + reds.reduce((sum, form) => sum + form.grossFen, 0)
  const state = reds.length === 0 ? 'valid' : leftFen === 0 ? 'reversed' : 'partly_reversed'
  return { state, number, colour, issuedAt: instant(issuedMs), grossFen, leftFen, blueNumber }
}

function isTooOld(date: string, today: string): boolean {
  const first = `${(Number(today.slice(0, 4)) - YEARS).toString().padStart(4, '0')}${today.slice(4)}`
  return date < first
}

function shanghaiDate(atMs: number): string {
  return new Date(atMs + 8 * 3_600_000).toISOString().slice(0, 10)
}
