import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { readOrders } from '../../../../server/orders/import/read-orders.ts'
import type { ImportSource } from '../../../../server/orders/import/source.ts'

const ROWS = 100_000
const HEADER =
  '订单编号,买家会员名,买家应付货款,买家应付邮费,总金额,买家实际支付金额,订单状态,买家留言,收货人姓名,收货地址 ,联系手机,订单创建时间,订单付款时间 ,宝贝标题 ,宝贝种类 ,宝贝总数量,发票抬头,退款金额,确认收货时间\r\n'

function row(at: number): string {
  const number = 3_000_000_000_000_000_000n + BigInt(at)
  return `="${number}","t**${at}","33.80","0.00","33.80",${at % 1000 === 7 ? '"x"' : '"33.80"'},"交易成功","请放门口，谢谢","姜**","广东省 佛山市 禅城区 示例街道虚构路${at}号","'154****9715","2026-10-19 16:36:49","2026-10-19 16:50:54","加厚抽绳垃圾袋 100只","1","2","","0.00","2026-10-27 01:37:47"\r\n`
}

/** Made while it is read, so that the file itself takes no memory. One row stands again at the very end. */
const source: ImportSource = {
  size: 0,
  open: () => Readable.from(chunks(), { objectMode: false }),
}

function* chunks(): Generator<Buffer> {
  yield Buffer.from(HEADER)
  for (let at = 0; at < ROWS; at += 200) {
    yield Buffer.from(Array.from({ length: 200 }, (_, offset) => row(at + offset)).join(''))
  }
  yield Buffer.from(row(0))
}

test('a hundred thousand rows are read in flat memory', async () => {
  const before = process.memoryUsage.rss()
  const startedAt = performance.now()
  let peak = 0
  let accepted = 0
  let rejected = 0
  for await (const outcome of readOrders(source)) {
    if (outcome.kind === 'accepted') accepted += 1
    if (outcome.kind === 'rejected') rejected += 1
    if (outcome.kind === 'progress') peak = Math.max(peak, process.memoryUsage.rss())
  }
  const rowsPerSecond = Math.round((ROWS / (performance.now() - startedAt)) * 1000)
  const growthMb = Math.round((peak - before) / 1024 / 1024)
  console.log(`${rowsPerSecond} rows/s, resident memory grew by ${growthMb} MB`)

  expect({ accepted, rejected }).toEqual({ accepted: ROWS - 100, rejected: 101 })
  // All orders at once would take over 400 MB.
  expect(growthMb).toBeLessThan(300)
})
