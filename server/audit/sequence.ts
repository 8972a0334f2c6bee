import { createHash } from 'node:crypto'
import type { Database, Tx } from '../database/database.ts'

/** Only one sequencer works at a time, in whatever process. */
const LOCK = 4_711_010

/** Entries per transaction: bounded, so that a backlog is worked off in steps. */
const BATCH = 2_000

const EMPTY_CHAIN = Buffer.alloc(32)

type Pending = { entry_id: string; merchant_id: string; bytes: Uint8Array }

/** RFC 6962: a leaf is hashed apart from inner nodes, so the tree of later work can use the same hashes. */
export function leafHash(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(Buffer.of(0)).update(bytes).digest()
}

/** Each link of the chain covers everything before it. */
export function chainHash(previous: Uint8Array, leaf: Uint8Array): Buffer {
  return createHash('sha256').update(previous).update(leaf).digest()
}

/**
 * Numbers committed entries per merchant and links them into its chain. Returns how many; 0 where
 * nothing waits or another process is at it.
 */
export async function sequenceAudit(database: Database): Promise<number> {
  return database.$transaction(async (tx) => {
    const [lock] = await tx.$queryRaw<{ got: boolean }[]>`SELECT pg_try_advisory_xact_lock(${LOCK}) AS got`
    if (lock?.got !== true) return 0
    const pending = await tx.$queryRaw<Pending[]>`
      SELECT p.entry_id::text, p.merchant_id::text, e.bytes
      FROM audit_pending p JOIN audit_entry e ON e.id = p.entry_id
      ORDER BY p.entry_id LIMIT ${BATCH}`
    const byMerchant = Map.groupBy(pending, (row) => row.merchant_id)
    for (const [merchantId, rows] of byMerchant) await appendLeaves(tx, merchantId, rows)
    return pending.length
  })
}

async function appendLeaves(tx: Tx, merchantId: string, rows: Pending[]): Promise<void> {
  const [last] = await tx.$queryRaw<{ index: bigint; chain_hash: Uint8Array }[]>`
    SELECT index, chain_hash FROM audit_leaf WHERE merchant_id = ${merchantId}::uuid
    ORDER BY index DESC LIMIT 1`
  let index = last === undefined ? 0n : last.index + 1n
  let chain: Uint8Array = last?.chain_hash ?? EMPTY_CHAIN
  const leaves = rows.map(({ entry_id, bytes }) => {
    const leaf = leafHash(bytes)
    chain = chainHash(chain, leaf)
    return { merchantId, index: index++, entryId: entry_id, leafHash: copy(leaf), chainHash: copy(chain) }
  })
  await tx.auditLeaf.createMany({ data: leaves })
  await tx.auditPending.deleteMany({ where: { entryId: { in: rows.map((row) => row.entry_id) } } })
}

function copy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}
