import { createWriteStream } from 'node:fs'
import { basename } from 'node:path'
import process from 'node:process'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { openSessionLocks } from '../database/session-locks.ts'
import { yuan } from '../invoicing/money.ts'
import {
  findImport,
  readRejections,
  type StoredImport,
  type StoredRejection,
} from '../orders/import/import.store.ts'
import { describeRejection } from '../orders/import/import-texts.ts'
import { writeRejectedCsv } from '../orders/import/routes.ts'
import { runImport, startImport } from '../orders/import/run-import.ts'
import { fileSource } from '../orders/import/source.ts'
import { findOrdersByNumber } from '../orders/order.store.ts'
import { invoiceableFen, type Order } from '../orders/order.ts'
import { normaliseOrderNumber } from '../orders/order-input.ts'
import { findIssuePolicy } from '../shops/issue-policy.store.ts'
import { type Context, getShop, OPERATOR, withContext } from './context.ts'
import { CommandRefused } from './explain-error.ts'
import { formatTable } from './print.ts'

type ImportOptions = { shop: string; dryRun?: true; rejected?: string }

export function addOrderCommands(program: Command): void {
  const order = program.command('order').description('orders: import a platform export, look at one')

  order
    .command('import')
    .description('import the orders of an export file (CSV or XLSX)')
    .argument('<file>', 'export of Taobao/Tmall, Pinduoduo, JD or Douyin, or our own table')
    .requiredOption('--shop <code>', 'shop that the orders belong to')
    .option('--dry-run', 'report what would happen and change nothing')
    .option('--rejected <csv>', 'write the rows that were not imported to this file')
    .addHelpText(
      'after',
      `
Exit code: 0 all rows came in, 2 some were rejected, 1 the file could not be imported.
The same file twice adds nothing.

Examples:
  npm run cli -- order import ExportOrderList.csv --shop a-tm --dry-run
  npm run cli -- order import ExportOrderList.csv --shop a-tm --rejected rejected.csv`,
    )
    .action((file: string, options: ImportOptions) =>
      withContext((context) => importFile(context, file, options)),
    )

  order
    .command('show')
    .description('show the orders with a number: state, amounts, lines, refunds')
    .argument('<number>', 'order number')
    .option('--shop <code>', 'of this shop only')
    .addHelpText('after', '\nExample:\n  npm run cli -- order show TM-1001')
    .action((number: string, options: { shop?: string }) =>
      withContext((context) => showOrders(context, number, options.shop ?? null)),
    )
}

async function importFile(context: Context, file: string, options: ImportOptions): Promise<void> {
  const { vault, now, inTransaction, url } = context
  const { id: shopId, merchantId } = await getShop(context, options.shop)
  const locks = openSessionLocks(url)
  const deps = {
    ...{ vault, now, inTransaction, issuePolicyOf: findIssuePolicy },
    holdRun: locks.hold,
    releaseRun: locks.release,
    reportBug: (error: unknown) =>
      console.error(`bug: ${error instanceof Error ? error.stack : String(error)}`),
  }
  const ending = new AbortController()
  const stop = () => ending.abort()
  process.once('SIGINT', stop)
  try {
    const source = await openFile(file)
    const isDryRun = options.dryRun === true
    const ask = { merchantId, shopId, actor: OPERATOR, fileName: basename(file), isDryRun, source }
    const started = await startImport(deps, ask)
    const { id } = started.run
    const progress = showProgress(context, { id, merchantId })
    await runImport(deps, started, ending.signal)
    progress.stop()
    await report(context, { id, merchantId }, options)
  } finally {
    process.removeListener('SIGINT', stop)
    await locks.close()
  }
}

async function openFile(file: string) {
  try {
    return await fileSource(file)
  } catch {
    throw new CommandRefused(`${file} cannot be read`)
  }
}

const PROGRESS_MS = 500

/** One line that rewrites itself; nothing where the output is a file. */
function showProgress({ database }: Context, run: { id: string; merchantId: string }) {
  if (!process.stderr.isTTY) return { stop: () => undefined }
  let isReading = false
  const timer = setInterval(() => {
    if (isReading) return
    isReading = true
    findImport(database, run.merchantId, run.id)
      .then((row) => {
        if (row !== null) process.stderr.write(`\r${progressLine(row)}`)
      })
      .catch(() => undefined)
      .finally(() => {
        isReading = false
      })
  }, PROGRESS_MS)
  return {
    stop() {
      clearInterval(timer)
      process.stderr.write('\r\u001b[K')
    },
  }
}

function progressLine({ bytesRead, bytesTotal, rowsRead, created, rejected }: StoredImport): string {
  const percent = bytesTotal === 0n ? 100n : (bytesRead * 100n) / bytesTotal
  return `${percent} %  ${rowsRead} rows, ${created} new orders, ${rejected} rows rejected`
}

/** Enough to see what is wrong with a file; the rest is in the download. */
const SHOWN_REJECTIONS = 20

async function report(context: Context, run: { id: string; merchantId: string }, options: ImportOptions) {
  const row = await findImport(context.database, run.merchantId, run.id)
  if (row === null) throw new Error(`import ${run.id} is gone`)
  const verb = row.isDryRun ? 'would be ' : ''
  const table = [
    ['layout', row.layout ?? 'not recognised'],
    ['rows read', String(row.rowsRead)],
    [`orders ${verb}created`, String(row.created)],
    [`orders ${verb}updated`, String(row.updated)],
    ['orders unchanged', String(row.unchanged)],
    ['rows rejected', String(row.rejected)],
  ]
  console.log(formatTable(table))
  const page = { after: 0, limit: SHOWN_REJECTIONS }
  showRejections(await readRejections(context.vault, context.database, run, page), row.rejected)
  if (options.rejected !== undefined) {
    // Rows hold names and addresses: for the owner of the file only.
    const target = createWriteStream(options.rejected, { mode: 0o600 })
    await pipeline(Readable.from(writeRejectedCsv(context, run, 'zh')), target)
    console.log(`\nrejected rows are in ${options.rejected}`)
  }
  if (row.state === 'failed') {
    console.error(`\nerror: ${row.detail ?? ''} (${row.problemCode})`)
    process.exitCode = 1
  } else if (row.rejected > 0) process.exitCode = 2
}

function showRejections(rejections: readonly StoredRejection[], total: number): void {
  if (rejections.length === 0) return
  const rows = rejections.map(({ rowNumber, column, value, code, text }) => [
    ...[String(rowNumber), column ?? '', value ?? '', code, describeRejection(text, 'en')],
  ])
  console.log(`\n${formatTable([['row', 'column', 'value', 'code', 'why'], ...rows])}`)
  if (total > rejections.length)
    console.log(`and ${total - rejections.length} more: --rejected writes them all`)
}

async function showOrders(context: Context, text: string, shopCode: string | null): Promise<void> {
  const { database } = context
  const number = normaliseOrderNumber(text)
  const shops = shopCode === null ? await database.shop.findMany() : [await getShop(context, shopCode)]
  let found = 0
  for (const { id: shopId, merchantId, code, name } of shops) {
    for (const order of await findOrdersByNumber(database, { merchantId, shopId, number })) {
      found += 1
      console.log(`${found === 1 ? '' : '\n'}${number}  ${code} ${name}`)
      console.log(formatTable(factsOf(order)))
      await showRequests(context, order.id)
    }
  }
  if (found === 0) throw new CommandRefused(`no order has the number ${number}`)
}

/** Nothing about the buyer: revealing that is a decision with a reason. */
function factsOf(order: Order): string[][] {
  const { state, refundState, paidFen, platformFen, refundedFen, claimedFen, lines, refunds, id } = order
  return [
    ['id', id],
    ['state', order.statusKnown ? state : `${state} (unknown words of the platform)`],
    ['paid', yuan(paidFen)],
    ['platform', yuan(platformFen)],
    ['refunded', `${yuan(refundedFen)} (${refundState})`],
    ['invoiced', yuan(claimedFen)],
    ['invoiceable', yuan(invoiceableFen(order))],
    ...lines.map((line) => [`line ${line.lineNo}`, `${line.title}  ${yuan(line.paidFen)}`]),
    ...refunds.map(({ reference, state, amountFen }) => [
      `refund ${reference}`,
      `${state} ${yuan(amountFen)}`,
    ]),
  ]
}

async function showRequests({ database }: Context, orderId: string): Promise<void> {
  const rows = await database.invoiceRequest.findMany({
    where: { shares: { some: { orderId } } },
    include: { invoice: { select: { number: true } } },
    orderBy: { createdAt: 'asc' },
  })
  for (const { ticketNumber, state, amountFen, invoice } of rows) {
    console.log(`request ${ticketNumber}  ${state}  ${yuan(amountFen)}  ${invoice?.number ?? ''}`.trimEnd())
  }
}
