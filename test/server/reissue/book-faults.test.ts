import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findBookFaults } from '../../support/check-books.ts'
import { OTHER, openReissueDesk, type ReissueDesk } from './reissue-desk.ts'

let desk: ReissueDesk
let owner: pg.Client

beforeAll(async () => {
  desk = await openReissueDesk()
  owner = new pg.Client({ connectionString: desk.url })
  await owner.connect()
  await owner.query('SET session_replication_role = replica') // past the guards that forbid all of this
})

afterAll(async () => {
  await owner?.end()
  await desk?.close()
})

type Ids = { orderId: string; blueId: string; redId: string; newId: string }

async function replaced(number: string): Promise<Ids> {
  const { orderId, invoiceId: blueId } = await desk.issued(number)
  const { id } = await desk.start(blueId, { cause: 'title', title: OTHER })
  await desk.execute(id)
  const { redInvoiceId } = await desk.follow(id, 'done')
  const made = await desk.database.invoice.findFirstOrThrow({ where: { request: { reissueId: id } } })
  return { orderId, blueId, redId: `${redInvoiceId}`, newId: made.id }
}

const TAMPERS: { what: string; of: keyof Ids; break(ids: Ids): [statement: string, id: string] }[] = [
  {
    what: 'reds exceed a line of their blue',
    of: 'blueId',
    break: ({ redId }) => [
      'UPDATE invoice_line SET net_fen = net_fen - 1, tax_fen = tax_fen + 1 WHERE invoice_id = $1 AND line_no = 1',
      redId,
    ],
  },
  {
    what: 'replaced, and not by a new blue that was issued after the red',
    of: 'blueId',
    break: ({ blueId }) => ["UPDATE invoice SET state = 'reversed' WHERE id = $1", blueId],
  },
  {
    what: 'replaced, and not by a new blue that was issued after the red',
    of: 'blueId',
    break: ({ newId }) => ["UPDATE invoice SET issued_at = issued_at - interval '1 s' WHERE id = $1", newId],
  },
  {
    what: 'a red older than its blue',
    of: 'redId',
    break: ({ redId }) => ["UPDATE invoice SET issued_at = issued_at - interval '1 s' WHERE id = $1", redId],
  },
  {
    what: 'invoices carry more of an order than it has claimed',
    of: 'orderId',
    break: ({ orderId }) => ['UPDATE "order" SET claimed_fen = claimed_fen - 1 WHERE id = $1', orderId],
  },
]

test.for(TAMPERS.map((tamper, index) => ({ ...tamper, number: `T-${index}` })))(
  'the books do not pass: $what ($of)',
  async ({ what, of, break: breakBooks, number }) => {
    const ids = await replaced(number)
    const id = ids[of]
    expect((await findBookFaults(desk.database)).filter((fault) => fault.id === id)).toEqual([])
    const [statement, at] = breakBooks(ids)

    await owner.query(statement, [at])

    expect(await findBookFaults(desk.database)).toContainEqual({ what, id })
  },
)
