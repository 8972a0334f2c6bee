import { tooLarge, unreadable } from './decode.ts'
import type { CellKind, RawRow } from './raw-row.ts'
import type { ImportLimits } from './source.ts'
import { readXml, type XmlHandler, xmlSteps } from './xml.ts'
import { type GatedZip, openZipGate } from './zip-gate.ts'

type Workbook = { readonly zip: GatedZip; readonly sheetPath: string; readonly is1904: boolean }

/** What a workbook's reader passes on: first how its dates count, then its rows. */
export type WorkbookPart = { readonly is1904: boolean } | { readonly rows: readonly RawRow[] }

/**
 * Reads the first visible sheet of an XLSX file in flat memory (the shared texts aside), each cell as the text that
 * stands in the file: `<v>3004875616743834904</v>` keeps its digits, and `3.0048E+18` shows that it lost them. A
 * general reader turns both into a number first. Formula cells are marked, never calculated, and their stored
 * result is not believed. `<dimension>` is ignored.
 */
export async function* readWorkbook(bytes: Buffer, limits: ImportLimits): AsyncGenerator<WorkbookPart> {
  const workbook = await openWorkbook(bytes, limits)
  yield { is1904: workbook.is1904 }
  const texts = await readSharedTexts(workbook.zip, limits)

  const sheet = createSheetHandler(texts, limits)
  for await (const _ of xmlSteps(workbook.zip.read(workbook.sheetPath), sheet.handler)) {
    const rows = sheet.take()
    if (rows.length > 0) yield { rows }
  }
}

async function openWorkbook(bytes: Buffer, limits: ImportLimits): Promise<Workbook> {
  const zip = await openZipGate(bytes, limits)
  let sheetId: string | null = null
  let is1904 = false
  await readXml(zip.read('xl/workbook.xml'), {
    ...IGNORE,
    open(name, attribute) {
      if (name === 'workbookPr') is1904 = ['1', 'true'].includes(attribute('date1904') ?? '')
      const isShown = name === 'sheet' && (attribute('state') ?? 'visible') === 'visible'
      if (isShown) sheetId ??= attribute('id')
    },
  })
  if (sheetId === null) throw unreadable('not_a_workbook')
  return { zip, is1904, sheetPath: await findTarget(zip, sheetId) }
}

async function findTarget(zip: GatedZip, id: string): Promise<string> {
  let target: string | null = null
  await readXml(zip.read('xl/_rels/workbook.xml.rels'), {
    ...IGNORE,
    open(name, attribute) {
      const isIt = name === 'Relationship' && attribute('Id') === id
      if (!isIt) return
      if (attribute('TargetMode') === 'External') throw unreadable('external_link')
      target = attribute('Target')
    },
  })
  if (target === null) throw unreadable('not_a_workbook')
  const path: string = target
  return path.startsWith('/') ? path.slice(1) : `xl/${path}`
}

const IGNORE: XmlHandler = { open() {}, close() {}, text() {} }

async function readSharedTexts(zip: GatedZip, limits: ImportLimits): Promise<readonly string[]> {
  const texts: string[] = []
  if (!zip.has('xl/sharedStrings.xml')) return texts
  const text = createTextCollector(limits)
  await readXml(zip.read('xl/sharedStrings.xml'), {
    open(name) {
      if (name === 'si') text.clear()
      text.open(name)
    },
    close(name) {
      text.close(name)
      if (name === 'si') texts.push(text.value())
    },
    text: text.add,
  })
  return texts
}

/** Collects `<t>`, plain or in runs, but not the reading aids (`rPh`) of Japanese texts. */
function createTextCollector(limits: ImportLimits) {
  let collected = ''
  let isText = false
  let isAid = false
  return {
    clear() {
      collected = ''
    },
    open(name: string) {
      if (name === 'rPh') isAid = true
      if (name === 't') isText = !isAid
    },
    close(name: string) {
      if (name === 'rPh') isAid = false
      if (name === 't') isText = false
    },
    add(piece: string) {
      if (isText) collected += piece
      if (collected.length > limits.cellChars) throw tooLarge('cell_chars', limits.cellChars)
    },
    /** `_x000D_` is how a workbook writes a character that XML cannot hold. */
    value: () =>
      collected.replaceAll(/_x([0-9A-F]{4})_/g, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      ),
  }
}

const MAX_SHEET_ROW = 1_048_576

type OpenCell = { column: number; type: string; value: string; isFormula: boolean }

type OpenRow = { sheetRow: number; cells: string[]; kinds: Map<number, CellKind> }

function createSheetHandler(texts: readonly string[], limits: ImportLimits) {
  const inline = createTextCollector(limits)
  let done: RawRow[] = []
  let row: OpenRow | null = null
  let lastRow = 0
  let cell: OpenCell | null = null
  let isValue = false

  const openRow = (numberText: string | null): void => {
    const sheetRow = numberText === null ? lastRow + 1 : Number(numberText)
    if (!Number.isInteger(sheetRow) || sheetRow <= lastRow || sheetRow > MAX_SHEET_ROW)
      throw unreadable('xml')
    lastRow = sheetRow
    row = { sheetRow, cells: [], kinds: new Map() }
  }

  const closeCell = (): void => {
    if (row !== null && cell !== null) {
      keepCell(row, cell, {
        text: cellText(cell, { texts, inline: inline.value() }),
        maxColumns: limits.columns,
      })
    }
    cell = null
  }

  const closeRow = (): void => {
    if (row !== null && row.cells.length > 0) {
      done.push({ ...row, kinds: row.kinds.size > 0 ? row.kinds : null, fault: null })
    }
    row = null
  }

  const openCell = (attribute: (name: string) => string | null): void => {
    inline.clear()
    const column = columnOf(attribute('r'), row?.cells.length ?? 0)
    cell = { column, type: attribute('t') ?? 'n', value: '', isFormula: false }
  }

  const handler: XmlHandler = {
    open(name, attribute) {
      if (name === 'row') openRow(attribute('r'))
      else if (name === 'c') openCell(attribute)
      else if (name === 'f' && cell !== null) cell.isFormula = true
      else if (name === 'v') isValue = true
      else inline.open(name)
    },
    close(name) {
      if (name === 'v') isValue = false
      inline.close(name)
      if (name === 'c') closeCell()
      if (name === 'row') closeRow()
    },
    text(piece) {
      if (isValue && cell !== null) cell.value += piece
      else inline.add(piece)
    },
  }

  return {
    handler,
    take(): RawRow[] {
      const rows = done
      done = []
      return rows
    },
  }
}

function keepCell(row: OpenRow, cell: OpenCell, of: { text: string; maxColumns: number }): void {
  const { text, maxColumns } = of
  const kind = kindOf(cell)
  if (text === '' && kind !== 'formula') return
  if (cell.column >= maxColumns) throw tooLarge('columns', maxColumns)
  while (row.cells.length < cell.column) row.cells.push('')
  row.cells[cell.column] = text
  if (kind !== null) row.kinds.set(cell.column, kind)
}

function kindOf(cell: OpenCell): CellKind | null {
  if (cell.isFormula) return 'formula'
  return cell.type === 'n' ? 'number' : null
}

function cellText(cell: OpenCell, from: { texts: readonly string[]; inline: string }): string {
  if (cell.type === 'inlineStr') return from.inline
  if (cell.type !== 's' || cell.value === '') return cell.value
  const text = from.texts[Number(cell.value)]
  if (text === undefined) throw unreadable('xml')
  return text
}

/** `C7` → 2. A cell without a place follows the one before. */
function columnOf(place: string | null, next: number): number {
  const letters = /^[A-Z]{1,3}/.exec(place ?? '')?.[0]
  if (letters === undefined) return next
  let column = 0
  for (const letter of letters) column = column * 26 + (letter.charCodeAt(0) - 64)
  return column - 1
}
