import type { Database, Tx } from '../database/database.ts'

export type Ticket = {
  readonly id: string
  readonly merchantId: string
  readonly shopId: string
  readonly orderId: string | null
  readonly number: string
  readonly kind: 'deadline_passed' | 'help'
  readonly state: 'open' | 'done'
  readonly createdAt: Date
  readonly dueAt: Date
  /** The request that answered it. */
  readonly requestId: string | null
}

export type NewTicketRow = Omit<Ticket, 'state' | 'requestId'> & {
  textSealed: Uint8Array<ArrayBuffer> | null
  actor: string
}

const SEEN = {
  id: true,
  merchantId: true,
  shopId: true,
  orderId: true,
  number: true,
  kind: true,
  state: true,
  createdAt: true,
  dueAt: true,
  requestId: true,
} as const

export async function insertTicket(tx: Tx, row: NewTicketRow): Promise<Ticket> {
  return toTicket(await tx.ticket.create({ data: row, select: SEEN }))
}

/** The open ticket of one kind for one order. Lock the order before, where two may ask at once. */
export async function findOpenTicket(
  tx: Tx,
  { merchantId, orderId, kind }: { merchantId: string; orderId: string; kind: Ticket['kind'] },
): Promise<Ticket | null> {
  const row = await tx.ticket.findFirst({ where: { merchantId, orderId, kind, state: 'open' }, select: SEEN })
  return row === null ? null : toTicket(row)
}

/** What is due first comes first; at most 100. */
export async function listOpenTickets(
  tx: Tx | Database,
  { merchantId, shopId }: { merchantId: string; shopId: string | null },
): Promise<Ticket[]> {
  const rows = await tx.ticket.findMany({
    where: { merchantId, state: 'open', ...(shopId === null ? {} : { shopId }) },
    orderBy: [{ dueAt: 'asc' }, { id: 'asc' }],
    take: 100,
    select: SEEN,
  })
  return rows.map(toTicket)
}

function toTicket(row: Omit<Ticket, 'kind' | 'state'> & { kind: string; state: string }): Ticket {
  return {
    ...row,
    kind: row.kind === 'deadline_passed' ? 'deadline_passed' : 'help',
    state: row.state === 'done' ? 'done' : 'open', // CHECK ticket_state_known
  }
}
