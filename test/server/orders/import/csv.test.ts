import { expect, test } from 'vitest'
import { readCsv } from '../../../../server/orders/import/csv.ts'
import { IMPORT_LIMITS } from '../../../../server/orders/import/source.ts'

async function* inPieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size)
}

async function read(text: string, { size = 1_000_000, ...limits }: Record<string, number> = {}) {
  const rows = []
  for await (const batch of readCsv(inPieces(text, size), { ...IMPORT_LIMITS, ...limits }))
    rows.push(...batch)
  return rows
}

const cellsOf = async (text: string, size?: number) =>
  (await read(text, size === undefined ? {} : { size })).map((row) => row.cells)

const HARD = 'a,b,c\r\n="300",\'154,"x\r\n谢谢""店家"""\r\n"",, \r\nq"uote,"end"tail,z\n1,2,3'
const HARD_CELLS = [
  ['a', 'b', 'c'],
  ['="300"', "'154", 'x\r\n谢谢"店家"'],
  ['', '', ' '],
  ['q"uote', 'endtail', 'z'],
  ['1', '2', '3'],
]

test('quotes, line breaks in quotes, doubled quotes and ="…" come out as they were meant', async () => {
  expect(await cellsOf(HARD)).toEqual(HARD_CELLS)
})

test('it does not matter where the stream is cut', async () => {
  // The delimiter is decided on a first part that is longer than this text, so a filler is put behind it.
  const filler = 'f,f,f\n'.repeat(12_000)
  for (const size of [1, 2, 3, 5, 7]) {
    expect((await cellsOf(filler.slice(0, 65_532) + HARD, size)).slice(-5)).toEqual(HARD_CELLS)
  }
})

test('a lone CR ends a record too', async () => {
  expect(await cellsOf('a,b\r1,2\r3,4')).toEqual([
    ['a', 'b'],
    ['1', '2'],
    ['3', '4'],
  ])
})

test('tabs part the cells of a file that Excel saved as Unicode text, but not those of Pinduoduo', async () => {
  expect(await cellsOf('a\tb,c\n1\t2\n')).toEqual([
    ['a', 'b,c'],
    ['1', '2'],
  ])
  expect(await cellsOf('a,b\n1\t,2\t\n')).toEqual([
    ['a', 'b'],
    ['1\t', '2\t'],
  ])
})

test('a quote that never closes costs its own line alone', async () => {
  const rows = await read('a,b\n1,"lost\n2,good\n3,good\n')

  expect(rows.map(({ fault, cells }) => [fault, cells[0]])).toEqual([
    [null, 'a'],
    ['broken_quotes', '1'],
    [null, '2'],
    [null, '3'],
  ])
})

test('a quote that does not close within the longest cell is given up before the end of the file', async () => {
  const rows = await read(`a,b\n1,"lost\n${'2,good\n'.repeat(20_000)}`, { size: 10_000 })

  expect(rows.filter((row) => row.fault !== null).map((row) => row.sheetRow)).toEqual([2])
  expect(rows).toHaveLength(20_002)
})

test('a cell that is too long and a row of too many cells are faults of their row', async () => {
  const rows = await read(`a,b\n${'x'.repeat(40_000)},1\n${'y,'.repeat(300)}\n1,2\n`)

  expect(rows.map((row) => row.fault)).toEqual([null, 'row_too_long', 'row_too_long', null])
})

test('a file that breaks off in its last row says so', async () => {
  const rows = await read('a,b,c\n1,2,3\n4,5')

  expect(rows.at(-1)).toMatchObject({ sheetRow: 3, fault: 'row_cut_short' })
})

test('a last row without a line break is a row like the others', async () => {
  expect((await read('a,b\n1,2')).at(-1)).toMatchObject({ cells: ['1', '2'], fault: null })
})

test('too many rows and too many broken quotes end the reading', async () => {
  await expect(read('a,b\n'.repeat(200), { rows: 100 })).rejects.toMatchObject({
    code: 'import_file_too_large',
    facts: { reason: 'rows' },
  })
  await expect(
    read(`${'x'.repeat(50)},"a","\n`.repeat(200), { brokenRecords: 20, cellChars: 64 }),
  ).rejects.toMatchObject({
    code: 'import_file_unreadable',
    facts: { reason: 'quotes' },
  })
})
