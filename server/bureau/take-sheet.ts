import { createHash } from 'node:crypto'
import { type Account, availableFen } from './accounts.ts'
import type { Books } from './books.ts'
import { findMagic, type MagicAct } from './magic.ts'
import { readSheet, type Sheet } from './read-sheet.ts'
import type { AccountSet, Numbered } from './records.ts'
import type { RefusalName } from './refusals.ts'
import { drawMs, type Settings } from './settings.ts'
import {
  type Entry,
  refusalOf,
  viewCreditExhausted,
  viewEntry,
  viewOffline,
  viewRefusal,
} from './view-entry.ts'

export type TakeDeps = {
  readonly books: Books
  /** Two digits of the number: the region (facts/invoicing.md §1.1). */
  readonly region: string
  /** Six digits that begin a form number: the district. */
  readonly district: string
  readonly settings: () => Settings
  readonly now: () => Date
  readonly random: () => number
}

/** `isSilent`: it was decided and written, but the sender never hears of it. */
export type Verdict = { readonly reply: object; readonly isSilent: boolean }

const SERIAL_STALE_MS = 12 * 3_600_000 // SIM4
const CHANNEL_DIGIT = '2' // 电子发票服务平台

/**
 * Decides one sheet in one synchronous step: no other sheet can take the same serial or spend the
 * same credit in between. The same serial with the same bytes gives the same answer; with other bytes
 * it is refused and changes nothing.
 */
export function takeSheet(deps: TakeDeps, payload: Buffer): Verdict {
  const reading = readSheet(payload.toString('utf8'))
  const serial = reading.kind === 'sheet' ? reading.sheet.serial : reading.serial
  if (serial === null) return heard(viewRefusal(null, 'shape_wrong', '/serial'))

  const hash = createHash('sha256').update(payload).digest('base64url')
  const known = deps.books.entry(serial)
  if (known !== null) return heard(answerAgain(deps, known, hash))
  if (reading.kind === 'refused') return heard(refuse(deps, { serial, hash }, reading))
  return decide(deps, reading.sheet, hash)
}

function decide(deps: TakeDeps, sheet: Sheet, hash: string): Verdict {
  const atMs = deps.now().getTime()
  const act = findMagic(sheet.orderNumbers, deps.settings().magic)
  trip(deps, sheet, act)

  // Held sheets leave no trace: nothing was taken in, and the same sheet may come again.
  const { serial, netFen } = sheet
  const account = deps.books.accounts.get(sheet.sellerTaxId, atMs)
  if (account.channel !== 'online') return heard(viewOffline(serial, account.channel))
  if (netFen > availableFen(account)) return heard(viewCreditExhausted(serial, account, netFen))
  if (deps.settings().profile === 'no_merge' && sheet.orderNumbers.length > 1)
    return heard(refuse(deps, { serial, hash }, { why: 'merge_unsupported', field: '/orderNumbers' }))
  if (act === 'reject') return heard(refuse(deps, { serial, hash }, { why: 'data_anomaly' }))

  const number = numberAt(deps, atMs)
  const usage = act === 'used' ? 'deducted' : 'none'
  const entry: Numbered = { t: 'numbered', hash, number, atMs, ...timesOf(deps, act, atMs), ...sheet, usage }
  deps.books.put(entry)
  return { reply: viewEntry(entry, atMs), isSilent: act === 'in_doubt' }
}

function answerAgain({ now }: TakeDeps, entry: Entry, hash: string): object {
  const nowMs = now().getTime()
  const { serial } = entry
  if (entry.t === 'refused' && nowMs - entry.atMs > SERIAL_STALE_MS)
    return viewRefusal(serial, 'serial_stale')
  if (entry.hash === hash) return viewEntry(entry, nowMs)
  const isRunning = entry.t === 'numbered' && nowMs < entry.dueMs
  return viewRefusal(serial, isRunning ? 'serial_repeated' : 'serial_exists')
}

type Marks = { readonly serial: string; readonly hash: string }

function refuse(
  { books, now }: TakeDeps,
  { serial, hash }: Marks,
  fault: { why: RefusalName; field?: string },
) {
  const { code, message } = refusalOf(fault.why, fault.field)
  const atMs = now().getTime()
  const entry: Entry = { t: 'refused', serial, hash, atMs, code, message }
  books.put(entry)
  return viewEntry(entry, atMs)
}

/** The first time a magic order comes, its seller's account meets the trouble; the next time it passes. */
function trip({ books, now }: TakeDeps, { serial, sellerTaxId }: Sheet, act: MagicAct | null): void {
  if ((act !== 'offline' && act !== 'credit') || books.hasTripped(serial)) return
  const account = books.accounts.get(sellerTaxId, now().getTime())
  books.put({ t: 'tripped', serial })
  // The line is cut to what is used, so that raising it to anything more is what helps.
  setAccount(books, account, act === 'offline' ? { channel: '1101' } : { lineFen: account.usedFen })
}

export function setAccount(
  books: Books,
  { taxId, channel, lineFen }: Account,
  change: Partial<Pick<AccountSet, 'channel' | 'lineFen'>>,
): void {
  books.put({ t: 'account', taxId, channel, lineFen, ...change })
}

function timesOf({ settings, random }: TakeDeps, act: MagicAct | null, atMs: number) {
  const { slowMs, asyncShare, asyncDelay, inDoubtLagMs } = settings()
  if (act === 'in_doubt') return { dueMs: atMs, visibleMs: atMs + inDoubtLagMs }
  if (act === 'slow') return { dueMs: atMs + slowMs, visibleMs: atMs }
  const waitMs = random() < asyncShare ? drawMs(asyncDelay, random) : 0
  return { dueMs: atMs + waitMs, visibleMs: atMs }
}

/** 20 digits: year 2, region 2, channel 1, serial 15; the year turns in Shanghai (SIM12). */
export function numberAt({ books, region }: Pick<TakeDeps, 'books' | 'region'>, atMs: number): string {
  const year = new Date(atMs + 8 * 3_600_000).getUTCFullYear() % 100
  return `${year.toString().padStart(2, '0')}${region}${CHANNEL_DIGIT}${books.nextSequence()}`
}

export function heard(reply: object): Verdict {
  return { reply, isSilent: false }
}
