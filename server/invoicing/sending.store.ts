import { createHash } from 'node:crypto'
import type { Tx } from '../database/database.ts'
import type { Sending } from '../issuers/issuer.ts'
import type { Vault } from '../privacy/vault.ts'
import { contentFromJson, contentToJson } from './content-json.ts'
import type { InvoiceContent } from './invoice.ts'
import { RULES_VERSION } from './rules/rules.ts'

export type StoredSending = Sending & {
  readonly content: InvoiceContent
  readonly issuerId: string
  /** The version of the shop's template that drafted it; null: a plan did. */
  readonly templateVersion: number | null
  readonly sentAt: Date | null
  readonly absentCount: number
  readonly queryCount: number
  readonly hasContradiction: boolean
}

const SERIAL_DIGITS = 9n
const SERIAL_RANGE = 36n ** SERIAL_DIGITS

/**
 * A serial of 20 characters: the narrowest limit among issuers (Nuonuo's orderNo). Time first, so that a
 * ledger sorts; then 9 characters of a hash. `id` is the request's or the reissue's, `nth` counts what was
 * sent for it before. The same sending has the same serial for ever: a server that was restored from a backup
 * and sends again what had left after it meets the first invoice at the bureau, and no second one.
 */
export function serialOf(id: string, nth: number): string {
  const hash = createHash('sha256').update(`${id} ${nth}`).digest('hex')
  const time = BigInt(`0x${id.replaceAll('-', '').slice(0, 12)}`) // of a UUID of version 7
  return `FS${serialPart(time)}${serialPart(BigInt(`0x${hash}`))}`.toUpperCase()
}

function serialPart(value: bigint): string {
  return (value % SERIAL_RANGE).toString(36).padStart(Number(SERIAL_DIGITS), '0')
}

/** How many sendings the request has had; the next one's number. */
export function countSendings(tx: Tx, requestId: string): Promise<number> {
  return tx.sending.count({ where: { requestId } })
}

const place = (merchantId: string, serial: string) => ({
  merchantId,
  table: 'sending',
  column: 'payload',
  rowId: serial,
})

type NewSending = {
  merchantId: string
  requestId: string
  issuerId: string
  serial: string
  payload: string
  content: InvoiceContent
  templateVersion: number | null
}

/** Commits serial and exact payload; from here on they never change (trigger `sending_keeps_payload`). */
export async function insertSending(vault: Vault, tx: Tx, now: Date, made: NewSending): Promise<void> {
  const { merchantId, requestId, issuerId, serial, payload, content, templateVersion } = made
  const sealed = await vault.sealJson(place(merchantId, serial), { payload, content: contentToJson(content) })
  await tx.sending.create({
    data: {
      serial,
      requestId,
      issuerId,
      payloadSealed: sealed,
      payloadSha256: new Uint8Array(createHash('sha256').update(payload).digest()),
      sentAt: now,
      rulesVersion: RULES_VERSION,
      templateVersion,
    },
  })
}

/** After a rejection: what is sent for this request next goes under a serial of its own. */
export async function closeSending(tx: Tx, requestId: string, now: Date): Promise<void> {
  await tx.sending.updateMany({ where: { requestId, closedAt: null }, data: { closedAt: now } })
}

/** Whose request waits for the issuer's word on this serial; null: nobody's. */
export async function findWaitingRequest(tx: Tx, serial: string): Promise<string | null> {
  const row = await tx.sending.findFirst({
    where: { serial, closedAt: null, request: { state: { in: ['issuing', 'in_doubt'] } } },
    select: { requestId: true },
  })
  return row?.requestId ?? null
}

/** The open one. */
export async function findSending(
  vault: Vault,
  tx: Tx,
  { merchantId, requestId }: { merchantId: string; requestId: string },
): Promise<StoredSending | null> {
  const row = await tx.sending.findFirst({ where: { requestId, closedAt: null } })
  if (row === null) return null
  const stored = (await vault.openJson(place(merchantId, row.serial), row.payloadSealed)) as {
    payload: string
    content: unknown
  } // written by insertSending, authenticated by the vault
  return {
    serial: row.serial,
    payload: stored.payload,
    content: contentFromJson(stored.content),
    issuerId: row.issuerId,
    templateVersion: row.templateVersion,
    sentAt: row.sentAt,
    absentCount: row.absentCount,
    queryCount: row.queryCount,
    hasContradiction: row.contradiction !== null,
  }
}
