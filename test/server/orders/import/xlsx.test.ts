import { describe, expect, test } from 'vitest'
import { runImport, type SheetCell, sheetXml, workbook, zip } from './import.fixture.ts'

const HEAD = ['订单号', '实付金额', '商品名称', '付款时间', '收货人']
const book = (...rows: SheetCell[][]) => workbook({ sheet: sheetXml([HEAD, ...rows]) })

const refusal = (reason: string, code = 'import_file_unreadable') => ({ code, facts: { reason } })

describe('a workbook', () => {
  test('gives its orders with texts, amounts and serial dates', async () => {
    const { opened, orders, rejected } = await runImport(
      book(
        ['261019-315415396409935', { n: '33.799999999999997' }, '茶 & "杯"', { n: '46314.5' }, '田𠮷'],
        [{ n: '123456789012' }, { n: '10' }, '碗', '2026/10/19 12:00', ''],
      ),
    )

    expect(rejected).toEqual([])
    expect(opened).toMatchObject({ format: 'xlsx', encoding: null, layout: 'generic', totalRows: 2 })
    expect(orders).toMatchObject([
      {
        number: '261019-315415396409935',
        paidFen: 3380n,
        paidAt: new Date('2026-10-19T12:00:00+08:00'),
        lines: [{ title: '茶 & "杯"' }],
        buyer: { name: '田𠮷' },
      },
      { number: '123456789012', paidFen: 1000n, paidAt: new Date('2026-10-19T12:00:00+08:00') },
    ])
  })

  test('whose dates count from 1904 is read so', async () => {
    const sheet = sheetXml([HEAD, ['A-000001', { n: '1' }, '', { n: '44852.5' }]])
    const { orders } = await runImport(workbook({ sheet, properties: '<workbookPr date1904="1"/>' }))

    expect(orders[0]?.paidAt).toEqual(new Date('2026-10-19T12:00:00+08:00'))
  })

  test('with shared texts in runs, reading aids and prefixed names is read', async () => {
    const sheet = `<x:worksheet xmlns:x="urn:x"><x:sheetData><x:row r="3">${[0, 1].map((index) => `<x:c t="s"><x:v>${index}</x:v></x:c>`).join('')}</x:row><x:row><x:c t="s"><x:v>2</x:v></x:c><x:c><x:v>5</x:v></x:c></x:row></x:sheetData></x:worksheet>`
    const sharedStrings =
      '<sst><si><r><t>订单</t></r><r><t>号</t></r><rPh><t>ding</t></rPh></si><si><t><![CDATA[实付金额]]></t></si><si><t>A-0000&#x31;</t></si></sst>'
    const { orders, accepted } = await runImport(workbook({ sheet, sharedStrings }))

    expect(orders).toMatchObject([{ number: 'A-00001', paidFen: 500n }])
    expect(accepted[0]?.rows).toEqual([{ rowNumber: 1, sheetRow: 4 }])
  })

  test('order numbers that Excel turned into numbers are rejected, and Excel is named', async () => {
    const { orders, rejected } = await runImport(
      book(
        [{ n: '3.0048756167438348E+18' }, { n: '1' }],
        [{ n: '3004875616743834904' }, { n: '1' }],
        ['3.00488E+18', { n: '1' }],
        ['A-000001', { n: '1' }],
      ),
    )

    expect(orders.map((order) => order.number)).toEqual(['A-000001'])
    expect(rejected.map(({ rowNumber, code, text }) => [rowNumber, code, text])).toEqual([
      [1, 'bad_order_no', 'bad_order_no.excel'],
      [2, 'bad_order_no', 'bad_order_no.excel'],
      [3, 'bad_order_no', 'bad_order_no.excel'],
    ])
  })

  test('formula cells are rejected wherever they count, and their stored result is not believed', async () => {
    const { orders, rejected } = await runImport(
      book(
        ['A-000001', { f: 'B9*2', v: '100' }],
        [{ f: 'CONCAT("A","-000002")', v: 'A-000002' }, { n: '1' }],
        ['A-000003', { n: '1' }, { f: 'HYPERLINK("http://x")', v: 'x' }],
        ['A-000004', { n: '1' }, '=text, no formula'],
      ),
    )

    expect(new Map(rejected.map(({ rowNumber, code, column }) => [rowNumber, [code, column]]))).toEqual(
      new Map([
        [1, ['formula_cell', '实付金额']],
        [2, ['formula_cell', '订单号']],
        [3, ['formula_cell', '商品名称']],
      ]),
    )
    expect(orders.map((order) => order.lines[0]?.title)).toEqual(['=text, no formula'])
  })

  test('a header that is a formula is refused', async () => {
    const sheet = sheetXml([
      ['订单号', { f: 'A1', v: '实付金额' }],
      ['A-000001', { n: '1' }],
    ])

    await expect(
      runImport(workbook({ sheet: sheet.replace('<c r="B1">', '<c r="B1" t="str">') })),
    ).rejects.toMatchObject(refusal('header_formula', 'import_layout_unknown'))
  })

  test('twenty thousand rows arrive complete and in order', async () => {
    const rows = Array.from({ length: 20_000 }, (_, at) => [
      `A-${String(at).padStart(6, '0')}`,
      { n: '1.5' },
      '茶',
    ])
    const { orders, finished } = await runImport(book(...rows))

    expect(finished).toMatchObject({ acceptedOrders: 20_000, rejectedRows: 0 })
    expect(orders.at(-1)?.number).toBe('A-019999')
  })
})

describe('a hostile archive is refused before a parser sees it:', () => {
  const sheet = sheetXml([HEAD])
  const with_ = (name: string, text: string | Buffer = 'x') => workbook({ sheet, extra: [{ name, text }] })

  test.each([
    ['a name that climbs out', with_('../../etc/passwd'), 'zip'],
    ['an absolute name', with_('/etc/passwd'), 'zip'],
    ['a name twice', with_('XL/Workbook.xml'), 'zip'],
    ['macros', with_('xl/vbaProject.bin'), 'macros'],
    ['an embedded file', with_('xl/embeddings/oleObject1.bin'), 'macros'],
    ['links to other files', with_('xl/externalLinks/externalLink1.xml'), 'macros'],
    ['no workbook in it', zip([{ name: 'readme.txt', text: 'hello' }]), 'not_a_workbook'],
    ['a broken directory', workbook({ sheet }).subarray(0, -30), 'zip'],
    [
      'encryption',
      workbook({ sheet, extra: [{ name: 'secret', text: 'x', claim: { flags: 1 } }] }),
      'encrypted',
    ],
    [
      'an unknown packing',
      workbook({ sheet, extra: [{ name: 'odd', text: 'x', claim: { method: 12 } }] }),
      'zip',
    ],
  ])('%s', async (_, bytes, reason) => {
    await expect(runImport(bytes)).rejects.toMatchObject(refusal(reason))
  })

  test('a bomb: 80 MB of one element', async () => {
    const bomb = workbook({ sheet: `<worksheet>${'<a/>'.repeat(20 * 1024 * 1024)}</worksheet>` })

    expect(bomb.byteLength).toBeLessThan(1024 * 1024)
    await expect(runImport(bomb)).rejects.toMatchObject(refusal('zip_ratio', 'import_file_too_large'))
  })

  test('a bomb that lies about its size', async () => {
    const sheetBomb = {
      name: 'xl/sharedStrings.xml',
      text: ' '.repeat(50 * 1024 * 1024),
      claim: { size: 10 },
    }

    await expect(runImport(workbook({ sheet, extra: [sheetBomb] }))).rejects.toMatchObject(refusal('zip'))
  })

  test('more inside than the budget for all entries', async () => {
    const rows = Array.from({ length: 2_000 }, (_, at) => [`A-${at}000`, { n: '1' }])

    await expect(runImport(book(...rows), { limits: { zipInflatedBytes: 50_000 } })).rejects.toMatchObject(
      refusal('zip_inflated', 'import_file_too_large'),
    )
  })

  test('more entries than a workbook has', async () => {
    const extra = Array.from({ length: 300 }, (_, at) => ({ name: `xl/x${at}`, text: 'x' }))

    await expect(runImport(workbook({ sheet, extra }))).rejects.toMatchObject(
      refusal('zip_entries', 'import_file_too_large'),
    )
  })
})

describe('hostile XML is refused:', () => {
  const deep = `<worksheet>${'<a>'.repeat(100)}${'</a>'.repeat(100)}</worksheet>`
  const doctype = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet/>'

  test.each([
    ['a document type', doctype, 'doctype'],
    ['a document type in UTF-16', Buffer.from(`\uFEFF${doctype}`, 'utf16le').toString('latin1'), 'doctype'],
    ['a hundred levels', deep, 'xml'],
    ['an element that never ends', '<worksheet><sheetData>', 'xml'],
    ['an end of something else', '<worksheet></sheet>', 'xml'],
    [
      'an unknown entity',
      '<worksheet><sheetData><row><c><v>&evil;</v></c></row></sheetData></worksheet>',
      'xml',
    ],
    [
      'half a character',
      '<worksheet><sheetData><row><c><v>&#xD800;</v></c></row></sheetData></worksheet>',
      'xml',
    ],
    [
      'a text that is not there',
      '<worksheet><sheetData><row><c t="s"><v>7</v></c></row></sheetData></worksheet>',
      'xml',
    ],
    ['rows that go back', '<worksheet><sheetData><row r="5"/><row r="4"/></sheetData></worksheet>', 'xml'],
    ['a row beyond the last', '<worksheet><sheetData><row r="99999999"/></sheetData></worksheet>', 'xml'],
  ])('%s', async (name, text, reason) => {
    const sheet = name.includes('UTF-16') ? Buffer.from(text, 'latin1') : text
    const bytes = zip([
      {
        name: 'xl/workbook.xml',
        text: '<workbook xmlns:r="r"><sheets><sheet name="a" r:id="a"/></sheets></workbook>',
      },
      { name: 'xl/_rels/workbook.xml.rels', text: '<R><Relationship Id="a" Target="worksheets/s.xml"/></R>' },
      { name: 'xl/worksheets/s.xml', text: sheet },
    ])

    await expect(runImport(bytes)).rejects.toMatchObject(refusal(reason))
  })

  test('a column beyond the limit', async () => {
    const sheet = '<worksheet><sheetData><row><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>'

    await expect(runImport(workbook({ sheet }))).rejects.toMatchObject(
      refusal('columns', 'import_file_too_large'),
    )
  })
})

test('a workbook that outgrows the heap of its worker ends the worker alone', async () => {
  const texts = Array.from(
    { length: 60_000 },
    (_, at) => `<si><t>${String(at).padEnd(1_000, '茶碗杯盘')}</t></si>`,
  )
  const bytes = workbook({ sheet: sheetXml([HEAD]), sharedStrings: `<sst>${texts.join('')}</sst>` })

  await expect(runImport(bytes, { limits: { workerHeapMb: 24 } })).rejects.toMatchObject(
    refusal('memory', 'import_file_too_large'),
  )
})

test('a worker that takes too long is ended', async () => {
  await expect(runImport(book(['A-000001', '1']), { limits: { workerTimeoutMs: 0 } })).rejects.toMatchObject(
    refusal('timeout'),
  )
})
