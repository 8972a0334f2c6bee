import { createHash } from 'node:crypto'
import { Problem } from '../contract/problem.ts'
import type { Tx } from '../database/database.ts'
import type { Vault } from '../privacy/vault.ts'

export type Keyed = {
  merchantId: string
  /** Who sent the key: keys of two people never meet. */
  principal: string
  /** Route pattern with its method. */
  route: string
  key: string
  body: unknown
}

export type StoredReply = { status: number; body: unknown }

/** `Idempotency-Key`: 1–255 visible ASCII, bare or as an RFC 8941 string. */
export function readIdempotencyKey(header: string | string[] | undefined): string {
  if (header === undefined) throw new Problem('idempotency_key_missing')
  const text = Array.isArray(header) ? '' : (/^"(.*)"$/.exec(header.trim())?.[1] ?? header.trim())
  if (!/^[!-~]{1,255}$/.test(text)) throw new Problem('idempotency_key_invalid')
  return text
}

/**
 * Runs the work once per key. The key is stored in the transaction of the work, so a crash leaves
 * neither or both. Same key and body: the first reply again. Other body: `idempotency_key_reused`.
 * The first one still running: `request_in_progress`. A refusal stores nothing and may be repeated.
 */
export async function onceByKey(
  deps: { vault: Vault },
  tx: Tx,
  keyed: Keyed,
  work: () => Promise<StoredReply>,
): Promise<StoredReply & { isReplay: boolean }> {
  const { merchantId, principal, route, key } = keyed
  const place = {
    merchantId,
    table: 'idempotency_key',
    column: 'reply',
    rowId: `${principal}\n${route}\n${key}`,
  }
  const [lock] = await tx.$queryRaw<{ got: boolean }[]>`
    SELECT pg_try_advisory_xact_lock(hashtextextended(${`${merchantId}\n${place.rowId}`}, 4711)) AS got`
  if (lock?.got !== true) throw new Problem('request_in_progress', { retryAfter: 1 })

  const bodyHash = hashBody(route, keyed.body)
  const stored = await tx.idempotencyKey.findUnique({
    where: { merchantId_principal_route_key: { merchantId, principal, route, key } },
  })
  if (stored !== null) {
    if (Buffer.compare(stored.bodyHash, bodyHash) !== 0) throw new Problem('idempotency_key_reused')
    return {
      status: stored.status,
      body: await deps.vault.openJson(place, stored.replySealed),
      isReplay: true,
    }
  }
  const reply = await work()
  const replySealed = await deps.vault.sealJson(place, reply.body)
  await tx.idempotencyKey.create({
    data: { merchantId, principal, route, key, bodyHash, status: reply.status, replySealed },
  })
  return { ...reply, isReplay: false }
}

/** Key order does not make another body. */
function hashBody(route: string, body: unknown): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    createHash('sha256')
      .update(`${route}\n${canonical(body)}`)
      .digest(),
  )
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`).join(',')}}`
}
