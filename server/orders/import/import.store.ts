import { type Actor, actorText } from '../../audit/record.ts'
import type { Database, Tx } from '../../database/database.ts'
import { insertRows } from '../../database/insert-rows.ts'
import { SESSION_LOCKS } from '../../database/session-locks.ts'
import type { Vault } from '../../privacy/vault.ts'
import type { ImportTextKey } from './import-texts.ts'

export type ImportRun = {
  readonly id: string
  readonly merchantId: string
  readonly shopId: string
  readonly fileName: string
  readonly isDryRun: boolean
  readonly actor: Actor
  readonly bytesTotal: number
}

/** Orders and rows so far; in a dry run what would have happened. */
export type ImportCounts = {
  readonly rowsRead: number
  readonly bytesRead: number
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  readonly rejected: number
}

/** A row that stayed out. `cells` is the row as it stands in the file, where the file still had it. */
export type Rejection = {
  readonly rowNumber: number
  readonly code: string
  readonly text: ImportTextKey
  readonly column: string | null
  readonly value: string | null
  readonly cells: readonly string[]
}

export type StoredRejection = Rejection & { readonly position: number }

export type StoredImport = NonNullable<Awaited<ReturnType<typeof findImport>>>

/** The headers of the file stand before its rejections: the download begins with them. */
const HEADER_POSITION = 0
const HEADER_CODE = 'header'

export async function insertImport(tx: Tx, run: ImportRun, now: Date): Promise<void> {
  const { id, merchantId, shopId, fileName, isDryRun, actor, bytesTotal } = run
  await tx.import.create({
    data: {
      ...{ id, merchantId, shopId, fileName, isDryRun },
      actor: actorText(actor),
      bytesTotal: BigInt(bytesTotal),
      state: 'running',
      startedAt: now,
    },
  })
}

export async function writeOpened(
  vault: Vault,
  tx: Tx,
  run: ImportRun,
  file: { layout: string; sha256: string; headers: readonly string[] },
): Promise<void> {
  const header = { text: 'header', column: null, value: null, cells: file.headers } as const
  await insertRow(vault, tx, run, HEADER_POSITION, { ...header, rowNumber: 0, code: HEADER_CODE })
  const fileSha256 = new Uint8Array(Buffer.from(file.sha256, 'hex'))
  await tx.import.update({ where: { id: run.id }, data: { layout: file.layout, fileSha256 } })
}

/** False where the run was ended by somebody else meanwhile: the writer stops and rolls back. */
export async function writeCounts(tx: Tx, id: string, counts: ImportCounts): Promise<boolean> {
  const { count } = await tx.import.updateMany({
    where: { id, state: 'running' },
    data: { ...counts, bytesRead: BigInt(counts.bytesRead) },
  })
  return count === 1
}

export async function insertRejections(
  vault: Vault,
  tx: Tx,
  run: ImportRun,
  { from, rejections }: { from: number; rejections: readonly Rejection[] },
): Promise<void> {
  const data = await Promise.all(rejections.map((one, index) => toRow(vault, run, from + index, one)))
  await insertRows(tx, 'import_rejection', data)
}

async function insertRow(vault: Vault, tx: Tx, run: ImportRun, position: number, row: Rejection) {
  await tx.importRejection.create({ data: await toRow(vault, run, position, row) })
}

async function toRow(vault: Vault, run: ImportRun, position: number, rejection: Rejection) {
  const { rowNumber, code, column, text, value, cells } = rejection
  const cellSealed = await vault.sealJson(cellPlace(run, position), { text, value, cells })
  return { importId: run.id, position, rowNumber, code, column, cellSealed }
}

export type ImportEnd = { state: 'done' } | { state: 'failed'; problemCode: string; detail: string }

/** A run ends once; false where it had ended. */
export async function endImport(tx: Tx, id: string, end: ImportEnd, now: Date): Promise<boolean> {
  const { count } = await tx.import.updateMany({
    where: { id, state: 'running' },
    data: { ...end, finishedAt: now },
  })
  return count === 1
}

/** Ends the runs whose process is gone; a run whose process lives holds its lock. Answers their ids. */
export async function endInterrupted(
  tx: Tx,
  end: { problemCode: string; detail: string },
  now: Date,
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    WITH running AS MATERIALIZED (SELECT id FROM import WHERE state = 'running')
    UPDATE import SET state = 'failed', problem_code = ${end.problemCode}, detail = ${end.detail},
      finished_at = ${now}
    WHERE state = 'running' AND id IN (
      SELECT id FROM running WHERE pg_try_advisory_xact_lock(${SESSION_LOCKS}, hashtext(id::text)))
    RETURNING id::text`
  return rows.map(({ id }) => id)
}

/** Null: unknown, or another merchant's. */
export function findImport(tx: Tx | Database, merchantId: string, id: string) {
  return tx.import.findUnique({ where: { id, merchantId } })
}

/** Rejected rows in the order of the file, from a position on. */
export async function readRejections(
  vault: Vault,
  tx: Tx | Database,
  run: { id: string; merchantId: string },
  { after, limit }: { after: number; limit: number },
): Promise<StoredRejection[]> {
  const rows = await tx.importRejection.findMany({
    where: { importId: run.id, position: { gt: after } },
    orderBy: { position: 'asc' },
    take: limit,
  })
  return Promise.all(
    rows.map(async ({ position, rowNumber, code, column, cellSealed }) => ({
      ...{ position, rowNumber, code, column },
      ...((await vault.openJson(cellPlace(run, position), cellSealed)) as SealedPart), // written by toRow
    })),
  )
}

type SealedPart = Pick<Rejection, 'text' | 'value' | 'cells'>

/** The headers of the file; none where it was refused before they were found. */
export async function readHeaders(
  vault: Vault,
  tx: Tx | Database,
  run: { id: string; merchantId: string },
): Promise<readonly string[]> {
  const [first] = await readRejections(vault, tx, run, { after: HEADER_POSITION - 1, limit: 1 })
  return first?.position === HEADER_POSITION ? first.cells : []
}

function cellPlace({ id, merchantId }: { id: string; merchantId: string }, position: number) {
  return { merchantId, table: 'import_rejection', column: 'cell', rowId: `${id}\n${position}` }
}
