import type { Database } from '../database/database.ts'

/** What anybody may learn who holds an invoice in hand: nothing about the buyer. */
export type PublicRecord = {
  readonly id: string
  readonly number: string
  readonly state: 'issued' | 'partly_reversed' | 'reversed' | 'replaced'
  readonly colour: 'blue' | 'red'
  readonly isDemo: boolean
  readonly grossFen: bigint
  /** `YYYY-MM-DD` */
  readonly businessDate: string
  /** The number of the blue that a reissue put in its place. */
  readonly replacedBy: string | null
}

/** By number or by id, of whichever merchant. */
export async function findPublicRecord(
  database: Database,
  where: { number: string } | { id: string },
): Promise<PublicRecord | null> {
  const row = await database.invoice.findUnique({
    where,
    select: {
      id: true,
      number: true,
      state: true,
      colour: true,
      isDemo: true,
      grossFen: true,
      businessDate: true,
    },
  })
  if (row === null) return null
  const state = row.state as PublicRecord['state'] // CHECK invoice_state_known
  return {
    ...row,
    state,
    colour: row.colour === 'red' ? 'red' : 'blue',
    businessDate: row.businessDate.toISOString().slice(0, 10),
    replacedBy: state === 'replaced' ? await findReplacement(database, row.id) : null,
  }
}

async function findReplacement(database: Database, originalId: string): Promise<string | null> {
  const replacement = await database.invoice.findFirst({
    where: { request: { reissue: { invoiceId: originalId } } },
    orderBy: { createdAt: 'desc' },
    select: { number: true },
  })
  return replacement?.number ?? null
}
