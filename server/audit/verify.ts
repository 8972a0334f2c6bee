import type { Database } from '../database/database.ts'
import { chainHash, leafHash } from './sequence.ts'

/** The first thing that is wrong, named. */
export type AuditBreak = {
  merchantId: string
  /** Where in the chain; null for an entry that never got a number. */
  index: bigint | null
  kind: 'changed' | 'missing' | 'gap' | 'reordered' | 'unsequenced'
  detail: string
}

export type AuditReport = { merchants: number; entries: number; broken: AuditBreak | null }

const PAGE = 1_000
/** An entry without a number after this long was kept from the sequencer. */
const UNSEQUENCED_AFTER_MS = 60_000

type Row = {
  index: bigint
  leaf_hash: Uint8Array
  chain_hash: Uint8Array
  bytes: Uint8Array | null
}

/**
 * Recomputes every chain from the stored bytes. It cannot see a cut tail: no chain can, unless its
 * head was kept elsewhere.
 */
export async function verifyAudit(database: Database, now: Date): Promise<AuditReport> {
  const merchants = await database.$queryRaw<{ id: string }[]>`
    SELECT DISTINCT merchant_id::text AS id FROM audit_entry ORDER BY 1`
  let entries = 0
  for (const { id } of merchants) {
    const { count, broken } = await verifyChain(database, id)
    entries += count
    if (broken) return { merchants: merchants.length, entries, broken }
  }
  return { merchants: merchants.length, entries, broken: await findUnsequenced(database, now) }
}

async function verifyChain(database: Database, merchantId: string) {
  let next = 0n
  let chain: Uint8Array = Buffer.alloc(32)
  for (;;) {
    const rows = await database.$queryRaw<Row[]>`
      SELECT l.index, l.leaf_hash, l.chain_hash, e.bytes
      FROM audit_leaf l LEFT JOIN audit_entry e ON e.id = l.entry_id AND e.merchant_id = l.merchant_id
      WHERE l.merchant_id = ${merchantId}::uuid AND l.index >= ${next} ORDER BY l.index LIMIT ${PAGE}`
    for (const row of rows) {
      const broken = checkRow(merchantId, row, next, chain)
      if (broken) return { count: Number(next), broken }
      chain = row.chain_hash
      next += 1n
    }
    if (rows.length < PAGE) return { count: Number(next), broken: null }
  }
}

function checkRow(merchantId: string, row: Row, expected: bigint, chain: Uint8Array): AuditBreak | null {
  const at = { merchantId, index: expected }
  if (row.index !== expected) {
    return { ...at, kind: 'gap', detail: `number ${expected} is missing, ${row.index} follows` }
  }
  if (row.bytes === null) return { ...at, kind: 'missing', detail: 'the entry is gone' }
  if (!same(leafHash(row.bytes), row.leaf_hash)) {
    return { ...at, kind: 'changed', detail: 'the entry is not what was recorded' }
  }
  if (!same(chainHash(chain, row.leaf_hash), row.chain_hash)) {
    return { ...at, kind: 'reordered', detail: 'the link to the entry before does not hold' }
  }
  return null
}

async function findUnsequenced(database: Database, now: Date): Promise<AuditBreak | null> {
  const before = new Date(now.getTime() - UNSEQUENCED_AFTER_MS)
  const [row] = await database.$queryRaw<{ id: string; merchant_id: string }[]>`
    SELECT e.id::text, e.merchant_id::text FROM audit_entry e
    WHERE e.at < ${before} AND NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = e.id)
    ORDER BY e.id LIMIT 1`
  if (row === undefined) return null
  return {
    merchantId: row.merchant_id,
    index: null,
    kind: 'unsequenced',
    detail: `entry ${row.id} has no number`,
  }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
