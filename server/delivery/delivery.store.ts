import type { Database, Tx } from '../database/database.ts'
import { v7 } from '../database/ids.ts'
import type { Vault } from '../privacy/vault.ts'

export type DeliveryState = 'queued' | 'sent' | 'delivered' | 'bounced' | 'failed'

export type DeliveryRow = {
  readonly id: string
  readonly invoiceId: string
  /** The red of a reissue, beside its new blue. */
  readonly redInvoiceId: string | null
  readonly merchantId: string
  readonly state: DeliveryState
  readonly attempts: number
  readonly reason: string | null
  readonly updatedAt: Date
  readonly target: string
}

const place = (merchantId: string, id: string) => ({
  merchantId,
  table: 'delivery',
  column: 'target',
  rowId: id,
})

type NewDelivery = {
  merchantId: string
  invoiceId: string
  redInvoiceId?: string | null
  email: string
  actor: string
}

/** The outbox row: written in the transaction of what it announces. */
export async function insertDelivery(vault: Vault, tx: Tx, now: Date, made: NewDelivery): Promise<string> {
  const id = v7(now)
  const { merchantId, invoiceId, redInvoiceId = null, email, actor } = made
  const targetSealed = await vault.sealJson(place(merchantId, id), email)
  await tx.delivery.create({
    data: {
      id,
      invoiceId,
      redInvoiceId,
      merchantId,
      channel: 'mail',
      targetSealed,
      state: 'queued',
      actor,
      createdAt: now,
      updatedAt: now,
    },
  })
  return id
}

/** Of an invoice: as the one the mail is about, and as the red beside it. */
const bringing = (invoiceId: string) => ({ OR: [{ invoiceId }, { redInvoiceId: invoiceId }] })

export async function listDeliveries(
  vault: Vault,
  tx: Tx | Database,
  invoiceId: string,
): Promise<DeliveryRow[]> {
  const rows = await tx.delivery.findMany({
    where: bringing(invoiceId),
    orderBy: { createdAt: 'desc' },
    take: 20,
  })
  return Promise.all(rows.map((row) => openRow(vault, row)))
}

export async function findDelivery(vault: Vault, tx: Tx | Database, id: string): Promise<DeliveryRow | null> {
  const row = await tx.delivery.findUnique({ where: { id } })
  return row === null ? null : openRow(vault, row)
}

export async function listQueued(tx: Tx | Database, invoiceId: string): Promise<string[]> {
  const rows = await tx.delivery.findMany({
    where: { ...bringing(invoiceId), state: 'queued' },
    select: { id: true },
  })
  return rows.map(({ id }) => id)
}

type Outcome = { id: string; state: DeliveryState; attempt: number; outcome: string; reason: string | null }

/** The attempt and the state it leads to. An attempt is written once. */
export async function writeAttempt(
  tx: Tx,
  now: Date,
  { id, state, attempt, outcome, reason }: Outcome,
): Promise<void> {
  await tx.deliveryAttempt.createMany({
    data: [{ deliveryId: id, attempt, outcome, reason, at: now }],
    skipDuplicates: true,
  })
  await tx.delivery.update({ where: { id }, data: { state, attempts: attempt, reason, updatedAt: now } })
}

type Row = {
  id: string
  invoiceId: string
  redInvoiceId: string | null
  merchantId: string
  state: string
  attempts: number
  reason: string | null
  updatedAt: Date
  targetSealed: Uint8Array
}

async function openRow(vault: Vault, row: Row): Promise<DeliveryRow> {
  const { targetSealed, ...rest } = row
  const target = await vault.openJson(place(row.merchantId, row.id), targetSealed)
  return { ...rest, state: row.state as DeliveryState, target: typeof target === 'string' ? target : '' } // CHECK delivery_state_known
}
