import { createHash } from 'node:crypto'
import type { Tx } from '../database/database.ts'
import type { RedFacts, RedSending } from '../issuers/issuer.ts'
import type { Vault } from '../privacy/vault.ts'

export type StoredRedSending = RedSending & {
  readonly issuerId: string
  readonly formNumber: string | null
  readonly sentAt: Date | null
  readonly absentCount: number
  readonly queryCount: number
  readonly hasContradiction: boolean
}

const place = (merchantId: string, formSerial: string) => ({
  merchantId,
  table: 'red_sending',
  column: 'payload',
  rowId: formSerial,
})

type NewRedSending = RedSending & { merchantId: string; reissueId: string; issuerId: string }

/** Commits serial and exact payload; from here on they never change (trigger `red_sending_keeps_payload`). */
export async function insertRedSending(vault: Vault, tx: Tx, now: Date, made: NewRedSending): Promise<void> {
  const { merchantId, reissueId, issuerId, formSerial, payload } = made
  await tx.redSending.create({
    data: {
      formSerial,
      reissueId,
      issuerId,
      payloadSealed: await vault.sealJson(place(merchantId, formSerial), payload),
      payloadSha256: new Uint8Array(createHash('sha256').update(payload).digest()),
      createdAt: now,
      sentAt: now,
    },
  })
}

export async function findRedSending(
  vault: Vault,
  tx: Tx,
  { merchantId, id }: { merchantId: string; id: string },
): Promise<StoredRedSending | null> {
  const row = await tx.redSending.findUnique({ where: { reissueId: id } })
  if (row === null) return null
  const payload = await vault.openJson(place(merchantId, row.formSerial), row.payloadSealed)
  if (typeof payload !== 'string') throw new Error(`the payload of ${row.formSerial} is no text`)
  const { formSerial, issuerId, formNumber, sentAt, absentCount, queryCount, contradiction } = row
  return {
    formSerial,
    payload,
    issuerId,
    formNumber,
    sentAt,
    absentCount,
    queryCount,
    hasContradiction: contradiction !== null,
  }
}

/** Which reissue waits for the issuer's word on this form; null: none. */
export async function findWaitingReissue(tx: Tx, formSerial: string): Promise<string | null> {
  const row = await tx.redSending.findFirst({
    where: { formSerial, reissue: { state: { in: ['red_requested', 'waiting_buyer'] } } },
    select: { reissueId: true },
  })
  return row?.reissueId ?? null
}

/** The issuer's lag and the pauses between questions run anew: what was seen before says nothing now. */
export async function markRedSentAgain(tx: Tx, formSerial: string, now: Date): Promise<void> {
  await tx.redSending.update({
    where: { formSerial },
    data: { absentCount: 0, queryCount: 0, sentAt: now },
  })
}

export async function markRedAsked(tx: Tx, formSerial: string, absentCount: number): Promise<void> {
  await tx.redSending.update({
    where: { formSerial },
    data: { absentCount, queryCount: { increment: 1 } },
  })
}

/** The bureau took it in; its number may come later. */
export async function markRedAnswered(
  tx: Tx,
  { formSerial, formNumber, now }: { formSerial: string; formNumber: string | null; now: Date },
): Promise<void> {
  await tx.redSending.update({
    where: { formSerial },
    data: { answeredAt: now, ...(formNumber === null ? {} : { formNumber }) },
  })
}

/** Both sides are kept: ours in the payload, theirs here. */
export async function writeRedContradiction(tx: Tx, formSerial: string, facts: RedFacts): Promise<void> {
  const { number, grossFen, taxFen, issuedAt, formNumber, blueNumber } = facts
  await tx.redSending.update({
    where: { formSerial },
    data: {
      contradiction: {
        number,
        formNumber,
        blueNumber,
        grossFen: grossFen.toString(),
        taxFen: taxFen.toString(),
        issuedAt: issuedAt.toISOString(),
      },
    },
  })
}
