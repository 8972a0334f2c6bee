import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { approveRequest } from '../../../server/invoicing/review-request.ts'
import { LIVE_CHANNEL } from '../../../server/live/publish.ts'
import { mayWatch } from '../../../server/live/watch-rules.ts'
import { approveReissue } from '../../../server/reissue/decide-reissue.ts'
import { SESSION_ROLES } from '../../../server/tokens/roles.ts'
import { refundOf } from '../../support/issuing-desk.ts'
import { openReissueDesk, type ReissueDesk } from '../reissue/reissue-desk.ts'

const FINANCE = { kind: 'staff', id: 'finance-1' } as const

let desk: ReissueDesk
let listener: pg.Client
let told: string[] = []

beforeAll(async () => {
  desk = await openReissueDesk()
  listener = new pg.Client({ connectionString: desk.url })
  await listener.connect()
  listener.on('notification', ({ payload }) => told.push(JSON.parse(payload ?? '{}').topic))
  await listener.query(`LISTEN ${LIVE_CHANNEL}`)
})

beforeEach(() => {
  told = []
})

afterAll(async () => {
  await listener?.end()
  await desk?.close()
})

/** What came since the last look counts alone. */
async function expectTold() {
  const topic = `desk:${desk.merchantId}`
  await expect.poll(() => told, { timeout: 5_000 }).toContain(topic)
  told = []
}

test('an invoice that nobody has to see moves nothing on the desk', async () => {
  await desk.issued('D-3')
  await listener.query(`NOTIFY ${LIVE_CHANNEL}, '{"topic":"the end"}'`)

  await expect.poll(() => told, { timeout: 5_000 }).toContain('the end')
  expect(told).not.toContain(`desk:${desk.merchantId}`)
})

test('a request that a person must see is told to the desk when it comes and when it is decided', async () => {
  const { id, version } = await desk.ask(await desk.order('D-1'), { kind: 'special' })
  await expectTold()

  await desk.inTransaction((tx) => approveRequest(desk.deps, tx, { id, version, actor: FINANCE }))
  await expectTold()
})

test('so is a correction that a refund made necessary', async () => {
  const { invoiceId } = await desk.issued('D-2')
  await desk.desk.report('D-2', refundOf('rf-1', 10_000n))
  told = []

  const { id, version } = await desk.start(invoiceId, { cause: 'refund' })
  await expectTold()

  await desk.inTransaction((tx) => approveReissue(desk.red, tx, { id, version, actor: FINANCE }))
  await expectTold()
})

test('a desk is for who reads reviews of that merchant, and for nobody else', () => {
  const owner = { merchantId: 'm-1', shopId: null, orderIds: [] }
  const allowed = (merchantId: string, shopId: string | null) =>
    SESSION_ROLES.filter((role) => mayWatch({ merchantId, shopId, role, orderIds: [] }, owner))

  expect(allowed('m-1', null)).toEqual(['senior_agent', 'finance', 'auditor', 'shop_admin'])
  expect(allowed('m-1', 'shop-1')).toEqual(allowed('m-1', null))
  expect(allowed('m-2', null)).toEqual([])
})
