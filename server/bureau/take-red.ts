import { createHash } from 'node:crypto'
import { isAlive, issuedRedOf } from './forms.ts'
import { holdAgainstBlue } from './hold-against-blue.ts'
import { type RedSheet, readRedSheet } from './read-red-sheet.ts'
import type { FormRefused, FormTaken, Goods, Numbered, Red } from './records.ts'
import type { RefusalName } from './refusals.ts'
import { drawMs } from './settings.ts'
import { type Fault, isFault } from './sheet-fields.ts'
import { heard, numberAt, type TakeDeps, type Verdict } from './take-sheet.ts'
import { refusalOf, viewOffline, viewRefusal } from './view-entry.ts'
import { viewForm, viewFormRefusal } from './view-form.ts'

type Marks = { readonly formSerial: string; readonly hash: string }

/**
 * Decides one red form in one synchronous step. The same serial with the same bytes gives what became of
 * the form, so a repeat returns the issued red (SIM7); with other bytes it is refused and changes nothing.
 */
export function takeRed(deps: TakeDeps, payload: Buffer): Verdict {
  const reading = readRedSheet(payload.toString('utf8'))
  const formSerial = reading.kind === 'red' ? reading.sheet.formSerial : reading.formSerial
  if (formSerial === null) return heard(withSerial('', viewRefusal(null, 'shape_wrong', '/formSerial')))

  const hash = createHash('sha256').update(payload).digest('base64url')
  const { forms } = deps.books
  const known = forms.find(formSerial) ?? forms.refusal(formSerial)
  if (known !== null) {
    if (known.hash === hash) return heard(viewRed(deps, formSerial) ?? {})
    return heard(withSerial(formSerial, viewRefusal(formSerial, 'serial_exists')))
  }
  const marks = { formSerial, hash }
  if (reading.kind === 'refused') return heard(refuse(deps, marks, { ...reading, state: 'rejected' }))
  return decide(deps, reading.sheet, hash)
}

/** What became of a form serial; null: never heard of it. */
export function viewRed({ books, now, settings }: TakeDeps, formSerial: string): object | null {
  const form = books.forms.find(formSerial)
  if (form !== null) {
    const blue = books.invoice(form.blueNumber)
    return viewForm(form, { blue, nowMs: now().getTime(), waitingPollMs: settings().waitingPollMs })
  }
  const refusal = books.forms.refusal(formSerial)
  return refusal === null ? null : viewFormRefusal(refusal)
}

function decide(deps: TakeDeps, sheet: RedSheet, hash: string): Verdict {
  const nowMs = deps.now().getTime()
  const { formSerial, blueNumber } = sheet
  // A held form leaves no trace: the same form may come again.
  const account = deps.books.accounts.get(sheet.sellerTaxId, nowMs)
  if (account.channel !== 'online')
    return heard(withSerial(formSerial, viewOffline(formSerial, account.channel)))

  const blue = deps.books.invoice(blueNumber)
  const goods = goodsTaken(deps, sheet, blue)
  if (blue === null || isFault(goods)) {
    const fault: Fault = isFault(goods) ? goods : { why: 'red_blue_unknown', field: '/blueNumber' }
    return heard(refuse(deps, { formSerial, hash }, { ...fault, state: '16' }))
  }
  deps.books.put(formOf(deps, { sheet, hash, blue, goods, nowMs }))
  return heard(viewRed(deps, formSerial) ?? {})
}

function goodsTaken({ books, now, settings }: TakeDeps, sheet: RedSheet, blue: Numbered | null) {
  const nowMs = now().getTime()
  if (blue === null || nowMs < blue.dueMs)
    return { why: 'red_blue_unknown', field: '/blueNumber' } satisfies Fault
  const alive = books.forms.ofBlue(blue.number).filter((form) => isAlive(form, nowMs))
  if (alive.some((form) => issuedRedOf(form, nowMs) === null))
    return { why: 'red_running', field: '/blueNumber' } satisfies Fault
  return holdAgainstBlue({
    ...{ sheet, blue, canTakePart: settings().profile !== 'no_partial' },
    taken: alive.flatMap(({ goods }) => goods),
    takenGrossFen: alive.reduce((sum, { grossFen }) => sum + grossFen, 0),
  })
}

type Making = { sheet: RedSheet; hash: string; blue: Numbered; goods: Goods[]; nowMs: number }

function formOf(deps: TakeDeps, { sheet, hash, blue, goods, nowMs }: Making): FormTaken {
  const { settings, random } = deps
  const { asyncShare, asyncDelay, consentMs } = settings()
  const readyMs = nowMs + (random() < asyncShare ? drawMs(asyncDelay, random) : 0)
  const isFree = (blue.usage ?? 'none') === 'none'
  const { formSerial, blueNumber, reason, sellerTaxId, orderNumbers, netFen, taxFen, grossFen } = sheet
  return {
    ...{ t: 'form', formSerial, hash, formNumber: formNumberAt(deps, nowMs), blueNumber, reason },
    ...{ atMs: nowMs, readyMs, untilMs: isFree ? null : readyMs + consentMs },
    red: isFree ? numberRed(deps, { nowMs, fromMs: readyMs }) : null,
    ...{ sellerTaxId, orderNumbers, goods, netFen, taxFen, grossFen },
  }
}

/** A red takes the next number now and is issued a while after `fromMs`. */
export function numberRed(deps: TakeDeps, { nowMs, fromMs }: { nowMs: number; fromMs: number }): Red {
  return { number: numberAt(deps, nowMs), dueMs: fromMs + drawMs(deps.settings().redDelay, deps.random) }
}

/** 20 digits: district 6, year and month 4, serial 10 (facts/invoicing.md §6.1, unverified). */
function formNumberAt({ books, district }: TakeDeps, atMs: number): string {
  const month = new Date(atMs + 8 * 3_600_000).toISOString().slice(2, 7).replace('-', '')
  return `${district}${month}${books.nextFormSequence()}`
}

type Refusing = { readonly why: RefusalName; readonly field: string; readonly state: 'rejected' | '16' }

function refuse({ books, now }: TakeDeps, { formSerial, hash }: Marks, { why, field, state }: Refusing) {
  const { code, message } = refusalOf(why, field)
  const atMs = now().getTime()
  const record: FormRefused = { t: 'form_refused', formSerial, hash, atMs, state, code, message }
  books.put(record)
  return viewFormRefusal(record)
}

/** Held and refused answers of red forms name the form, where those of sheets name the sheet. */
function withSerial(formSerial: string, { serial: _, ...view }: { serial: string | null }) {
  return { formSerial, ...view }
}
