import { type Actor, recordAudit } from '../../audit/record.ts'
import { Problem } from '../../contract/problem.ts'
import { type InTransaction, sqlState, type Tx } from '../../database/database.ts'
import { v7 } from '../../database/ids.ts'
import { publish } from '../../live/publish.ts'
import type { OrderInput } from '../order-input.ts'
import { type SaveDeps, type SaveOutcome, saveOrders } from '../save-orders.ts'
import {
  endImport,
  endInterrupted,
  type ImportCounts,
  type ImportEnd,
  type ImportRun,
  insertImport,
  insertRejections,
  type Rejection,
  writeCounts,
  writeOpened,
} from './import.store.ts'
import { describeRun, orderTextKey } from './import-texts.ts'
import type { AcceptedOrder, RejectedRow, RowPlace } from './imported-order.ts'
import { type ImportOutcome, readOrders } from './read-orders.ts'
import { describeFile } from './row-faults.ts'
import type { ImportSource } from './source.ts'
import { toOrderInput } from './to-order-input.ts'

export type ImportDeps = SaveDeps & {
  inTransaction: InTransaction
  /** Says that this process is at the run until it ends, see `SessionLocks`. */
  holdRun(id: string): Promise<void>
  releaseRun(id: string): Promise<void>
  /** What ended a run and is no refusal: for the log. */
  reportBug(error: unknown): void
}

export type ImportAsk = {
  readonly merchantId: string
  readonly shopId: string
  readonly actor: Actor
  readonly fileName: string
  readonly isDryRun: boolean
  readonly source: ImportSource
}

/** A run whose row stands: whoever asks can be told its id before it has read a byte. */
export type StartedImport = { readonly run: ImportRun; readonly source: ImportSource }

/** One transaction each: large enough to be a handful of statements, small enough for its deadline. */
const CHUNK_ORDERS = 500
const CHUNK_REJECTIONS = 500

/** Writes the row of a run that is about to begin. */
export async function startImport(deps: ImportDeps, ask: ImportAsk): Promise<StartedImport> {
  const { source, ...rest } = ask
  const now = deps.now()
  const run: ImportRun = { ...rest, id: v7(now), bytesTotal: source.size }
  await deps.holdRun(run.id)
  await deps.inTransaction(async (tx) => {
    await insertImport(tx, run, now)
    await recordAudit(tx, now, {
      merchantId: run.merchantId,
      actor: run.actor,
      act: 'import.started',
      object: `import:${run.id}`,
      facts: { shop: run.shopId, isDryRun: run.isDryRun },
    })
  })
  return { run, source }
}

/**
 * Reads the file and saves its orders in chunks, each in its own transaction together with its counts and
 * rejections: what the row says is what was saved, at any moment. An order that cannot be taken is a
 * rejected row and blocks nothing. The same file twice adds nothing. Never rejects: the row says how the
 * run ended, with `problemCode` and a sentence where it failed.
 */
export async function runImport(
  deps: ImportDeps,
  { run, source }: StartedImport,
  signal: AbortSignal,
): Promise<ImportEnd> {
  let counts: ImportCounts = NOTHING
  let end: ImportEnd
  try {
    const chunks = createChunks(deps, run)
    for await (const outcome of readOrders(source)) {
      signal.throwIfAborted()
      counts = await chunks.add(outcome)
    }
    counts = await chunks.flush()
    end = { state: 'done' }
  } catch (error) {
    if (!(error instanceof Problem) && !signal.aborted) deps.reportBug(error)
    end = { state: 'failed', ...explain(error, signal) }
  }
  await writeEnd(deps, run, end, counts)
  return end
}

/** Marks the runs of processes that are gone as failed. At every start, and before a new run. */
export function failInterruptedImports(deps: Pick<ImportDeps, 'inTransaction' | 'now'>): Promise<string[]> {
  return deps.inTransaction((tx) => endInterrupted(tx, INTERRUPTED, deps.now()))
}

const INTERRUPTED = { problemCode: 'service_unavailable', detail: describeRun('interrupted') } as const

function explain(error: unknown, signal: AbortSignal): { problemCode: string; detail: string } {
  if (signal.aborted) return INTERRUPTED
  if (error instanceof Problem) {
    const sentences = (['zh', 'en'] as const).map((locale) => describeFile(error.facts, locale))
    return { problemCode: error.code, detail: sentences.filter((text) => text !== null).join(' ') }
  }
  return { problemCode: 'unexpected', detail: describeRun('failed') }
}

/** Where even this cannot be written the row stays `running`, and the next start ends it. */
async function writeEnd(deps: ImportDeps, run: ImportRun, end: ImportEnd, counts: ImportCounts) {
  const { merchantId, actor, shopId, id } = run
  const { created, updated, unchanged, rejected } = counts
  try {
    await deps.inTransaction(async (tx) => {
      const now = deps.now()
      if (!(await endImport(tx, id, end, now))) return
      const facts = { state: end.state, created, updated, unchanged, rejected }
      await recordAudit(tx, now, { merchantId, actor, act: 'import.ended', object: `import:${id}`, facts })
      await publish(tx, { topic: `shop:${shopId}`, version: 0 })
    })
  } catch {
    // The database is away: nothing can be said to it.
  } finally {
    await deps.releaseRun(id).catch(() => undefined)
  }
}

const NOTHING: ImportCounts = {
  rowsRead: 0,
  bytesRead: 0,
  created: 0,
  updated: 0,
  unchanged: 0,
  rejected: 0,
}

/** Collects outcomes until a chunk is full. `add` and `flush` answer the counts as they stand in the row. */
function createChunks(deps: ImportDeps, run: ImportRun) {
  let orders: AcceptedOrder[] = []
  let rejections: Rejection[] = []
  let counts: ImportCounts = NOTHING
  let position = 1

  /** One transaction for the chunk; where it fails for a reason of its data, one for each order. */
  async function flush(): Promise<ImportCounts> {
    const chunk: Chunk = { orders, rejections, counts, position }
    orders = []
    rejections = []
    const written = await writeChunk(deps, run, chunk)
    counts = written.counts
    position = written.position
    return counts
  }

  return {
    flush,
    async add(outcome: ImportOutcome): Promise<ImportCounts> {
      if (outcome.kind === 'opened')
        await deps.inTransaction((tx) => writeOpened(deps.vault, tx, run, outcome))
      else if (outcome.kind === 'progress') counts = withProgress(counts, outcome)
      else if (outcome.kind === 'accepted') orders.push(outcome)
      else if (outcome.kind === 'rejected') rejections.push(toRejection(outcome))
      const isFull = orders.length >= CHUNK_ORDERS || rejections.length >= CHUNK_REJECTIONS
      return isFull ? flush() : counts
    },
  }
}

/** While the file is only checked, nothing of it has been read in. */
function withProgress(counts: ImportCounts, progress: Extract<ImportOutcome, { kind: 'progress' }>) {
  if (progress.phase === 'checking') return counts
  return { ...counts, rowsRead: progress.rows, bytesRead: progress.bytesRead }
}

type Chunk = {
  readonly orders: readonly AcceptedOrder[]
  readonly rejections: readonly Rejection[]
  readonly counts: ImportCounts
  /** Of the next rejection. */
  readonly position: number
}
type Written = Pick<Chunk, 'counts' | 'position'>

async function writeChunk(deps: ImportDeps, run: ImportRun, chunk: Chunk): Promise<Written> {
  try {
    return await deps.inTransaction((tx) => writeAll(deps, tx, run, chunk))
  } catch (error) {
    if (!isAboutOneOrder(error) || chunk.orders.length === 0) throw error
    return writeSingly(deps, run, chunk)
  }
}

async function writeAll(deps: ImportDeps, tx: Tx, run: ImportRun, chunk: Chunk): Promise<Written> {
  const { orders, rejections, position } = chunk
  const target = {
    merchantId: run.merchantId,
    shopId: run.shopId,
    origin: 'import',
    actor: run.actor,
    isDryRun: run.isDryRun,
  }
  const inputs: OrderInput[] = orders.map(({ order }) => toOrderInput(order))
  const outcomes = await saveOrders(deps, tx, target, inputs)
  const refused = orders.flatMap(({ rows }, index) => refusalsOf(outcomes[index], rows))
  const all = [...rejections, ...refused].sort((a, b) => a.rowNumber - b.rowNumber)
  await insertRejections(deps.vault, tx, run, { from: position, rejections: all })
  const counts = addOutcomes(chunk.counts, outcomes, all.length)
  // Somebody ended the run: what it would still do must not be done.
  if (!(await writeCounts(tx, run.id, counts))) throw new Error(`import ${run.id} was ended`)
  await publish(tx, { topic: `shop:${run.shopId}`, version: 0 })
  return { counts, position: position + all.length }
}

/** A chunk that the database refused, order by order: the one at fault is named, the others come in. */
async function writeSingly(deps: ImportDeps, run: ImportRun, chunk: Chunk): Promise<Written> {
  const { rejections, orders, ...start } = chunk
  let written: Written = await deps.inTransaction((tx) =>
    writeAll(deps, tx, run, { ...start, orders: [], rejections }),
  )
  for (const order of orders) {
    const alone = { ...written, orders: [order], rejections: [] }
    try {
      written = await deps.inTransaction((tx) => writeAll(deps, tx, run, alone))
    } catch (error) {
      if (!isAboutOneOrder(error)) throw error
      const blamed = order.rows.map((row) => refusal(row, order.order.number, new Problem('unexpected')))
      const without = { ...written, orders: [], rejections: blamed }
      written = await deps.inTransaction((tx) => writeAll(deps, tx, run, without))
    }
  }
  return written
}

/** SQLSTATE 22 and 23: a value or a constraint. Anything else would meet every order alike. */
function isAboutOneOrder(error: unknown): boolean {
  return /^2[23]/.test(sqlState(error) ?? '')
}

function addOutcomes(counts: ImportCounts, outcomes: readonly SaveOutcome[], rejected: number): ImportCounts {
  const of = (kind: SaveOutcome['kind']) => outcomes.filter((outcome) => outcome.kind === kind).length
  return {
    ...counts,
    created: counts.created + of('created'),
    updated: counts.updated + of('updated'),
    unchanged: counts.unchanged + of('unchanged'),
    rejected: counts.rejected + rejected,
  }
}

function refusalsOf(outcome: SaveOutcome | undefined, rows: readonly RowPlace[]): Rejection[] {
  if (outcome?.kind !== 'refused') return []
  return rows.map((row) => refusal(row, outcome.number, outcome.problem))
}

/** The file is not read again for the cells of a row that was read well. */
function refusal({ rowNumber }: RowPlace, number: string, { code }: Problem): Rejection {
  return { rowNumber, code, text: orderTextKey(code), column: null, value: number, cells: [] }
}

function toRejection({ rowNumber, code, text, column, value, cells }: RejectedRow): Rejection {
  return { rowNumber, code, text, column, value, cells }
}
