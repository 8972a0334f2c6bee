import { tooLarge, unreadable } from './decode.ts'
import type { RawRow, RecordFault } from './raw-row.ts'
import type { ImportLimits } from './source.ts'

const QUOTE = 34
const LF = 10
const CR = 13
const COMMA = 44
const TAB = 9

/** How far a record reaches: complete, cut by the end of the text so far, or not a record. */
type Cut =
  | { readonly kind: 'record'; readonly cells: string[]; readonly end: number }
  | { readonly kind: 'open'; readonly cells: string[] }
  | { readonly kind: 'fault'; readonly fault: RecordFault }

type CutLimits = Pick<ImportLimits, 'columns' | 'cellChars' | 'recordChars' | 'brokenRecords' | 'rows'>

/**
 * Cuts CSV text into records (RFC 4180), with what real exports need on top: `="123"` is an unquoted cell that has
 * quotes in it, text after a closing quote is kept, and a line that opens a quote and never closes it costs that
 * line alone, because reading goes on at the next line. Own reader: csv-parse aborts on `="123"` unless quotes
 * are relaxed, is about seven times slower then, and cannot go on after a quote that stays open.
 * One batch per piece of text. Refuses with `import_file_too_large` (rows) and, when over `brokenRecords` lines are
 * damaged, `import_file_unreadable`.
 */
export async function* readCsv(
  text: AsyncIterable<string>,
  limits: CutLimits,
): AsyncGenerator<readonly RawRow[]> {
  const cutter = createCutter(limits)
  for await (const piece of text) {
    const rows = cutter.push(piece)
    if (rows.length > 0) yield rows
  }
  const rows = cutter.finish()
  if (rows.length > 0) yield rows
}

// Enough for the 20 lines that may hold the header.
const SNIFF_CHARS = 64 * 1024

function createCutter(limits: CutLimits) {
  let rest = ''
  let delimiter = 0
  let sheetRow = 0
  let broken = 0
  let widest = 0

  const next = (cut: Cut & { kind: 'record' | 'fault' }, from: number): RawRow => {
    sheetRow += 1
    if (sheetRow > limits.rows + 20) throw tooLarge('rows', limits.rows)
    if (cut.kind === 'record') {
      widest = Math.max(widest, cut.cells.length)
      return { sheetRow, cells: cut.cells, kinds: null, fault: null }
    }
    broken += 1
    if (broken > limits.brokenRecords) throw unreadable('quotes')
    const line = rest.slice(from, Math.min(lineEnd(rest, from), from + limits.cellChars))
    // Cut plainly: where the damage is behind the order number, the row is still known to belong to that order.
    const cells = line.trimEnd().split(String.fromCharCode(delimiter), limits.columns)
    return { sheetRow, cells, kinds: null, fault: cut.fault }
  }

  const last = (cells: readonly string[]): RawRow => {
    sheetRow += 1
    // A download that broke off: the refund column may be among what is missing.
    return { sheetRow, cells, kinds: null, fault: cells.length < widest ? 'row_cut_short' : null }
  }

  const drain = (isLast: boolean): RawRow[] => {
    const rows: RawRow[] = []
    let at = 0
    while (at < rest.length) {
      const cut = settle(cutRecord(rest, { at, delimiter, limits }), { rest, at, isLast, limits })
      if (cut.kind === 'open' && !isLast) break
      rows.push(cut.kind === 'open' ? last(cut.cells) : next(cut, at))
      at = endOf(cut, at)
    }
    rest = rest.slice(at)
    return rows
  }

  const endOf = (cut: Cut, at: number): number => {
    if (cut.kind === 'open') return rest.length
    return cut.kind === 'record' ? cut.end : lineEnd(rest, at)
  }

  return {
    push(piece: string): RawRow[] {
      rest += piece
      if (delimiter === 0 && rest.length < SNIFF_CHARS) return []
      if (delimiter === 0) delimiter = sniffDelimiter(rest)
      return drain(false)
    },
    finish(): RawRow[] {
      if (delimiter === 0) delimiter = sniffDelimiter(rest)
      return drain(true)
    },
  }
}

/** Decides what an unfinished record means: wait for more, the last line without a line break, or a lost quote. */
function settle(cut: Cut, at: { rest: string; at: number; isLast: boolean; limits: CutLimits }): Cut {
  if (cut.kind !== 'open') return cut
  if (at.rest.length - at.at > at.limits.recordChars) return { kind: 'fault', fault: 'row_too_long' }
  // At the end of the file only a quote can keep a record with a line break in it open.
  if (at.isLast && cut.cells.length === 0) return { kind: 'fault', fault: 'broken_quotes' }
  return cut
}

/** A Chinese Excel saves "Unicode text" with tabs. A tab before the comma, as in Pinduoduo's cells, loses the vote. */
function sniffDelimiter(text: string): number {
  const head = text.slice(0, SNIFF_CHARS).split('\n', 20).join('\n')
  return head.split('\t').length > head.split(',').length ? TAB : COMMA
}

type CutAt = { readonly at: number; readonly delimiter: number; readonly limits: CutLimits }

/** Cells of the record at `at`. `open` with cells is a record that lacks only its line break; without, a quote is open. */
function cutRecord(text: string, { at, delimiter, limits }: CutAt): Cut {
  const cells: string[] = []
  let from = at
  while (cells.length < limits.columns) {
    const isQuoted = text.charCodeAt(from) === QUOTE
    const cell = isQuoted ? quotedCell(text, from, delimiter) : plainCell(text, from, delimiter)
    if (cell === null) return unclosed(text.length - from, limits)
    if (cell.value.length > limits.cellChars) return { kind: 'fault', fault: 'row_too_long' }
    cells.push(cell.value)
    if (text.charCodeAt(cell.end) !== delimiter) return closeRecord(text, cells, cell.end)
    from = cell.end + 1
  }
  return { kind: 'fault', fault: 'row_too_long' }
}

function unclosed(length: number, limits: CutLimits): Cut {
  return length > limits.cellChars ? { kind: 'fault', fault: 'broken_quotes' } : { kind: 'open', cells: [] }
}

/** CRLF, LF or CR. A CR at the end of the text so far may be half of a CRLF: wait for its LF. */
function closeRecord(text: string, cells: string[], end: number): Cut {
  if (end === text.length) return { kind: 'open', cells }
  if (text.charCodeAt(end) === LF) return { kind: 'record', cells, end: end + 1 }
  if (end + 1 === text.length) return { kind: 'open', cells }
  return { kind: 'record', cells, end: text.charCodeAt(end + 1) === LF ? end + 2 : end + 1 }
}

type Cell = { readonly value: string; readonly end: number }

function plainCell(text: string, from: number, delimiter: number): Cell {
  const end = plainEnd(text, from, delimiter)
  return { value: text.slice(from, end), end }
}

function plainEnd(text: string, from: number, delimiter: number): number {
  let at = from
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === delimiter || code === LF || code === CR) break
    at += 1
  }
  return at
}

/** Null when the closing quote is not there, or may be: a quote at the very end of the text may be the first of two. */
function quotedCell(text: string, from: number, delimiter: number): Cell | null {
  let close = text.indexOf('"', from + 1)
  while (close !== -1 && text.charCodeAt(close + 1) === QUOTE) close = text.indexOf('"', close + 2)
  if (close === -1) return null
  const inside = text.slice(from + 1, close)
  const value = inside.includes('"') ? inside.replaceAll('""', '"') : inside
  const end = plainEnd(text, close + 1, delimiter)
  return { value: end === close + 1 ? value : value + text.slice(close + 1, end), end }
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf('\n', from)
  return at === -1 ? text.length : at + 1
}
