import { spawn } from 'node:child_process'
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { openBenchStack } from './bench-stack.ts'

const ROWS = Number(process.env.BENCH_IMPORT_ROWS ?? 100_000)
const CLI = join(import.meta.dirname, '../../server/cli/cli.ts')

export type ImportResult = {
  rows: number
  megabytes: number
  seconds: number
  rowsPerSecond: number
  peakMegabytes: number
}

/** A file of the Taobao layout through the command line into the database; memory of the importing process. */
export async function benchImport(): Promise<ImportResult> {
  const directory = mkdtempSync(join(tmpdir(), 'fapiao-bench-import-'))
  const stack = await openBenchStack()
  try {
    const file = join(directory, 'orders.csv')
    await writeOrders(file)
    const started = performance.now()
    const peakMegabytes = await importFile(file, stack.config.dataDir)
    const seconds = (performance.now() - started) / 1000
    const count = await stack.services.database.order.count({ where: { number: { startsWith: '90000' } } })
    if (count !== ROWS) throw new Error(`${count} of ${ROWS} orders came in`)
    return {
      rows: ROWS,
      megabytes: Math.round(statSync(file).size / 1e6),
      seconds: Math.round(seconds * 10) / 10,
      rowsPerSecond: Math.round(ROWS / seconds),
      peakMegabytes,
    }
  } finally {
    await stack.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

const COLUMNS = [
  '订单编号',
  '买家应付货款',
  '买家应付邮费',
  '总金额',
  '买家实际支付金额',
  '订单状态',
  '收货人姓名',
  '收货地址 ',
  '联系手机',
  '订单创建时间',
  '订单付款时间 ',
  '宝贝标题 ',
  '宝贝种类 ',
  '宝贝总数量',
  '退款金额',
  '确认收货时间',
]

async function writeOrders(file: string): Promise<void> {
  const out = createWriteStream(file)
  out.write(`﻿${COLUMNS.map((column) => `"${column}"`).join(',')}\r\n`)
  for (let row = 0; row < ROWS; row++) {
    const number = `90000${String(row).padStart(14, '0')}`
    const cells = [
      '59.80',
      '10.00',
      '69.80',
      '59.80',
      '交易成功',
      '示**',
      '示例省 示例市 示例区 虚构路 1 号',
      "'154****0000",
      '2026-10-19 16:36:49',
      '2026-10-19 16:50:54',
      '示例马克杯 350ml',
      '1',
      '2',
      '0.00',
      '2026-10-27 01:37:47',
    ]
    const isFull = !out.write(`="${number}",${cells.map((cell) => `"${cell}"`).join(',')}\r\n`)
    if (isFull) await new Promise<void>((resolve) => out.once('drain', () => resolve()))
  }
  await new Promise<void>((resolve) => out.end(() => resolve()))
}

/** Peak resident memory of the process in MB, as the kernel counts it. */
function importFile(file: string, dataDir: string): Promise<number> {
  const script = `process.on('exit', () => process.stderr.write('PEAK ' + process.resourceUsage().maxRSS + '\\n')); await import(${JSON.stringify(CLI)})`
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['--input-type=module', '-e', script, '--', CLI, 'order', 'import', file, '--shop', 'a-tm'],
      {
        env: { ...process.env, FAPIAO_DATA_DIR: dataDir },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    )
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    child.once('exit', (code) => {
      const peak = /PEAK (\d+)/.exec(said)?.[1]
      if (code !== 0 || peak === undefined)
        reject(new Error(`the import ended with ${code}: ${said.slice(-500)}`))
      else resolve(Math.round(Number(peak) / 1024))
    })
  })
}
