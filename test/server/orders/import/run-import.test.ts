import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openSessionLocks } from '../../../../server/database/session-locks.ts'
import { insertImport } from '../../../../server/orders/import/import.store.ts'
import { failInterruptedImports } from '../../../../server/orders/import/run-import.ts'
import { bytesSource } from '../../../../server/orders/import/source.ts'
import { type ImportStage, openImportStage, sample, table } from './import-stage.ts'

let stage: ImportStage

beforeEach(async () => {
  stage = await openImportStage()
})

afterEach(async () => {
  expect(stage.bugs).toEqual([])
  await stage.close()
})

const countOrders = () => stage.database.order.count()

describe('an export comes in', () => {
  test.for([
    ['taobao-export-orders.csv', 'taobao_order'],
    ['pdd-export-orders.csv', 'pdd'],
  ] as const)('%s: every row is an order or a named rejection', async ([name, layout]) => {
    const row = await stage.run(sample(name))

    expect(row).toMatchObject({ state: 'done', layout, updated: 0, unchanged: 0, problemCode: null })
    expect(row.created).toBe(await countOrders())
    expect(row.created).toBeGreaterThan(20)
    expect(row.rejected).toBe((await stage.rejections(row.id)).length)
    expect(row.rowsRead).toBeGreaterThanOrEqual(row.created + row.rejected)
    expect(row.bytesRead).toBe(row.bytesTotal)
    expect(row.fileSha256).toHaveLength(32)
  })

  test.for(['taobao-export-orders.csv', 'pdd-export-orders.csv'])('%s twice adds nothing', async (name) => {
    const first = await stage.run(sample(name))
    const before = await stage.database.order.findMany({ orderBy: { id: 'asc' } })

    const second = await stage.run(sample(name))

    expect(second).toMatchObject({
      created: 0,
      updated: 0,
      unchanged: first.created,
      rejected: first.rejected,
    })
    expect(await stage.database.order.findMany({ orderBy: { id: 'asc' } })).toEqual(before)
  })

  test('a dry run says what would happen and writes no order', async () => {
    const dry = await stage.run(sample('pdd-export-orders.csv'), { isDryRun: true })
    expect(await countOrders()).toBe(0)

    const real = await stage.run(sample('pdd-export-orders.csv'))
    const { created, updated, unchanged, rejected, rowsRead } = real
    expect(dry).toMatchObject({ isDryRun: true, created, updated, unchanged, rejected, rowsRead })
  })

  test('refunds enter as far as the file tells them', async () => {
    await stage.run(
      bytesSource(
        Buffer.from(
          [
            '订单号,实付金额,订单状态,售后状态,退款金额,商品名称',
            'A-PART,100.00,已完成,,30.00,手账',
            'A-FULL,100.00,已完成,退款成功,100.00,手账',
            'A-UNCLEAR,100.00,已完成,退款成功,,手账',
            'A-RUNNING,100.00,已完成,售后处理中,,手账',
            'A-UNPAID,100.00,待付款,,,手账',
          ].join('\n'),
        ),
      ),
    )

    const orders = await stage.database.order.findMany({
      include: { refunds: true, lines: true },
      orderBy: { number: 'asc' },
    })
    const told = orders.map(({ number, state, paidFen, refundedFen, refundState, refunds, lines }) => [
      ...[number, state, paidFen, refundedFen, refundState],
      ...[refunds.map(({ reference }) => reference).join(), lines[0]?.amountFen],
    ])
    expect(told).toEqual([
      ['A-FULL', 'completed', 10000n, 10000n, 'full', 'export', 10000n],
      ['A-PART', 'completed', 10000n, 3000n, 'partial', 'export', 10000n],
      ['A-RUNNING', 'completed', 10000n, 0n, 'in_progress', '', 10000n],
      ['A-UNCLEAR', 'completed', 10000n, 0n, 'amount_unknown', '', 10000n],
      ['A-UNPAID', 'pending_payment', 0n, 0n, 'none', '', 10000n],
    ])
  })
})

describe('bad rows', () => {
  test('ten good rows come in beside three bad ones, which say why', async () => {
    const good = Array.from({ length: 10 }, (_, index) => `GOOD-${index},10.00,已完成,手账`)
    const bad = ['BAD-1,1.234,已完成,手账', ',10.00,已完成,手账', 'BAD-3,-5.00,已完成,=HYPERLINK("x")']
    const row = await stage.run(table(...good.slice(0, 5), ...bad, ...good.slice(5)))

    expect(row).toMatchObject({ state: 'done', created: 10, rejected: 3 })
    expect(await stage.rejections(row.id)).toMatchObject([
      { rowNumber: 6, code: 'bad_amount', column: '实付金额', value: '1.234' },
      { rowNumber: 7, code: 'missing_order_no' },
      { rowNumber: 8, code: 'bad_amount', value: '-5.00' },
    ])
  })

  test('their download runs no formula, keeps long numbers, and can be corrected and sent back', async () => {
    const row = await stage.run(table('3004875616743834904,1.234,已完成,"=HYPERLINK(""http://evil"")"'))

    const csv = await stage.download(row.id)

    expect(csv.startsWith('\uFEFF"行号","未导入原因","原因代码"')).toBe(true)
    expect(csv).toContain(`"'=HYPERLINK(""http://evil"")"`)
    expect(csv).toContain(`"'3004875616743834904"`)
    const corrected = await stage.run(bytesSource(Buffer.from(csv.replaceAll('1.234', '1.23'))))
    expect(corrected).toMatchObject({ created: 1, rejected: 0 })
    expect(await stage.database.order.findFirst()).toMatchObject({ number: '3004875616743834904' })
  })

  test('what a bad row holds is not in the database in the clear', async () => {
    const row = await stage.run(table('GEHEIM-1,1.234,已完成,手账'))

    const stored = await stage.database.importRejection.findMany({ where: { importId: row.id } })
    expect(stored).toHaveLength(2) // the headers, and the row
    expect(stored.some(({ cellSealed }) => Buffer.from(cellSealed).includes('GEHEIM'))).toBe(false)
  })

  test('an order that the database refuses is named, and the rest of its chunk comes in', async () => {
    const owner = new pg.Client({ connectionString: stage.url })
    await owner.connect()
    await owner.query(`ALTER TABLE "order" ADD CONSTRAINT never CHECK (number <> 'CURSED-1')`)
    await owner.end()
    const row = await stage.run(
      table('ONE-1,10.00,已完成,手账', 'CURSED-1,10.00,已完成,手账', 'TWO-2,10.00,已完成,手账'),
    )

    expect(row).toMatchObject({ state: 'done', created: 2, rejected: 1 })
    expect(await stage.rejections(row.id)).toMatchObject([
      { rowNumber: 2, code: 'unexpected', value: 'CURSED-1' },
    ])
  })

  test('an invoiced order keeps its amount', async () => {
    await stage.run(table('TM-1001,299.00,已完成,手账'))
    await stage.database.order.updateMany({ data: { claimedFen: 299_00n } })

    const row = await stage.run(table('TM-1001,300.00,已完成,手账'))

    expect(row).toMatchObject({ created: 0, updated: 0, rejected: 1 })
    expect(await stage.rejections(row.id)).toMatchObject([
      { code: 'order_already_invoiced', value: 'TM-1001' },
    ])
    expect(await stage.database.order.findFirst()).toMatchObject({ paidFen: 299_00n })
  })
})

describe('a run that does not get to its end', () => {
  test('a file without known columns fails with a sentence and adds nothing', async () => {
    const row = await stage.run(bytesSource(Buffer.from('foo,bar\n1,2\n')))

    expect(row).toMatchObject({ state: 'failed', problemCode: 'import_layout_unknown', created: 0 })
    expect(row.detail).toMatch(/表头/)
    expect(row.finishedAt).not.toBeNull()
  })

  test('stopped in the middle it keeps what it says it saved, and the next upload adds the rest', async () => {
    const lines = Array.from({ length: 1_200 }, (_, index) => `ROW-${index},10.00,已完成,手账`)
    const ending = new AbortController()
    const { inTransaction } = stage.deps
    let chunks = 0
    stage.deps.inTransaction = async (work) => {
      const result = await inTransaction(work)
      chunks += 1
      if (chunks === 3) ending.abort() // the row, its headers, one chunk
      return result
    }
    const cut = await stage.run(table(...lines), { signal: ending.signal })
    expect(cut).toMatchObject({ state: 'failed', problemCode: 'service_unavailable', created: 500 })
    expect(cut.detail).toContain('nothing is added twice')
    expect(await countOrders()).toBe(500)

    const again = await stage.run(table(...lines))

    expect(again).toMatchObject({ state: 'done', created: 700, unchanged: 500 })
  })

  test('a run whose process is gone is failed at the next start; one that lives is left alone', async () => {
    const { deps, ask } = stage
    const put = (id: string) =>
      deps.inTransaction((tx) => insertImport(tx, { ...ask, id, bytesTotal: 1 }, new Date()))
    const [dead, alive] = [uuid(), uuid()]
    const other = openSessionLocks(stage.url)
    await put(dead)
    await put(alive)
    await other.hold(alive)

    expect(await failInterruptedImports(deps)).toEqual([dead])

    expect(await stage.read(dead)).toMatchObject({ state: 'failed', problemCode: 'service_unavailable' })
    expect(await stage.read(alive)).toMatchObject({ state: 'running' })
    await other.close()
    expect(await failInterruptedImports(deps)).toEqual([alive])
  })
})

function uuid(): string {
  const hex = randomBytes(16).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`
}
