import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Tx } from '../../../server/database/database.ts'
import { v7 } from '../../../server/database/ids.ts'
import { deliverInvoiceJob, releaseDeliveries } from '../../../server/delivery/deliver-invoice.job.ts'
import { listDeliveries } from '../../../server/delivery/delivery.store.ts'
import type { MailMessage } from '../../../server/delivery/mail/mail-message.ts'
import { queueReissueMail } from '../../../server/delivery/reissue-mail.ts'
import { findInvoice, insertInvoice, type StoredInvoice } from '../../../server/invoicing/invoice.store.ts'
import { addJob } from '../../../server/jobs/add-job.ts'
import { type IssuingDesk, openIssuingDesk } from '../../support/issuing-desk.ts'
import { type JobBench, openJobBench } from '../../support/job-bench.ts'
import { openScriptedIssuer } from '../../support/scripted-issuer.ts'

const TO = 'buyer@mail.example'
const SAGA = { kind: 'worker', id: 'reissue' } as const

let desk: IssuingDesk
let mails: JobBench
/** Invoices whose files are made, and what left. */
const drawn = new Set<string>()
const left: MailMessage[] = []
let count = 0

beforeAll(async () => {
  desk = await openIssuingDesk({ issuer: openScriptedIssuer().issuer })
  const { vault, inTransaction, deps } = desk
  const job = deliverInvoiceJob({
    vault,
    now: deps.now,
    inTransaction,
    addJob,
    sender: { from: { name: '', address: 'invoice@shop.example' }, replyTo: null },
    findInvoice: (tx, where) => findInvoice(vault, tx, where),
    readFiles: async ({ id, number }) =>
      drawn.has(id)
        ? [{ fileName: `${number}.pdf`, mediaType: 'application/pdf', bytes: Uint8Array.of(1) }]
        : null,
    shopLook: async () => ({ name: '邮驿文创', colour: '#c2410c' }),
    pageUrl: async () => 'https://fp.example/i/1',
    mail: {
      async send(message) {
        left.push(message)
        return { kind: 'accepted', providerId: 'x' }
      },
    },
  })
  mails = await openJobBench(desk.url, [job], deps.now)
})
afterAll(async () => {
  await mails?.close()
  await desk?.close()
})
beforeEach(() => {
  drawn.clear()
  left.length = 0
})

async function issueBlue(): Promise<StoredInvoice> {
  count += 1
  const asked = await desk.ask(await desk.order(`M-${count}`), { email: null })
  const { invoiceId } = await desk.runUntil(asked.id, 'issued')
  return read(`${invoiceId}`)
}

async function read(id: string): Promise<StoredInvoice> {
  const found = await findInvoice(desk.vault, desk.database, { merchantId: desk.merchantId, id })
  if (found === null) throw new Error(`no invoice ${id}`)
  return found
}

/** The whole of a blue taken back, as the bureau numbers it. */
async function reverse(blue: StoredInvoice): Promise<StoredInvoice> {
  const { merchantId, shopId, vault, deps } = desk
  const lines = blue.lines.map((line) => ({
    ...line,
    netFen: -line.netFen,
    taxFen: -line.taxFen,
    grossFen: -line.grossFen,
  }))
  const [netFen, taxFen, grossFen] = [-blue.netFen, -blue.taxFen, -blue.grossFen]
  const number = `2642${String(9_000_000 + count).padStart(16, '0')}`
  const id = await desk.inTransaction(async (tx) =>
    insertInvoice(vault, tx, deps.now(), {
      merchantId,
      shopId,
      origin: {
        reissueId: await insertReissue(tx, blue.id),
        originalId: blue.id,
        redFormNumber: '3101012611'.padEnd(20, '0'),
      },
      content: { ...blue, colour: 'red', lines, netFen, taxFen, grossFen },
      facts: { number, issuedAt: blue.issuedAt, grossFen, taxFen },
      isDemo: true,
      shares: blue.orderIds.map((orderId) => ({ orderId, amountFen: grossFen })),
    }),
  )
  return read(id)
}

async function insertReissue(tx: Tx, invoiceId: string): Promise<string> {
  const id = v7()
  await tx.reissue.create({
    data: {
      id,
      merchantId: desk.merchantId,
      shopId: desk.shopId,
      invoiceId,
      state: 'red_requested',
      cause: 'title',
      method: 'replace',
      reason: 'mistake',
      surface: 'sidebar',
      changesSealed: new Uint8Array(1),
      diffHash: new Uint8Array(32),
      byCustomer: false,
      actor: 'agent:1',
    },
  })
  return id
}

function queue(redInvoiceId: string, blueInvoiceId: string | null): Promise<string> {
  const { vault, merchantId, inTransaction, deps } = desk
  const ask = { merchantId, redInvoiceId, blueInvoiceId, email: TO, actor: SAGA }
  return inTransaction((tx) => queueReissueMail({ vault, addJob }, tx, deps.now(), ask))
}

/** The job that makes an invoice's files ends like this. */
async function draw({ id }: StoredInvoice): Promise<void> {
  drawn.add(id)
  await desk.inTransaction((tx) => releaseDeliveries(addJob, tx, id))
}

test('one mail brings both invoices, once the files of both are made, whichever comes last', async () => {
  for (const isRedLast of [true, false]) {
    left.length = 0
    const old = await issueBlue()
    const red = await reverse(old)
    const blue = await issueBlue()
    await queue(red.id, blue.id)
    const [first, last] = isRedLast ? [blue, red] : [red, blue]

    await mails.runDue()
    await draw(first)
    await mails.runDue()
    expect(left).toEqual([])
    await draw(last)
    await mails.runDue()

    expect(left).toHaveLength(1)
    expect(left[0]?.attachments.map(({ fileName }) => fileName)).toEqual([
      `${blue.number}.pdf`,
      `${red.number}.pdf`,
    ])
    expect(left[0]?.subject).toContain(`${blue.number} ¥309.00，红字 ${red.number} -¥309.00`)
    expect(left[0]?.text).toContain(`原发票 ${old.number} 已由红字发票 ${red.number} 冲销 ¥309.00`)
  }
})

test('where nothing new was issued, the red goes alone and says so', async () => {
  const old = await issueBlue()
  const red = await reverse(old)
  await draw(red)
  await queue(red.id, null)
  await mails.runDue()

  expect(left.map(({ subject }) => subject)).toEqual([expect.stringContaining(`红字发票 ${red.number}`)])
  expect(left[0]?.text).toContain(`您的发票 ${old.number} 已红冲 ¥309.00`)
  expect(left[0]?.attachments).toHaveLength(1)
})

test('the mail stands in the list of both invoices, and is sent once', async () => {
  const red = await reverse(await issueBlue())
  const blue = await issueBlue()
  const deliveryId = await queue(red.id, blue.id)
  await draw(red)
  await draw(blue)
  await mails.runDue()
  await draw(blue)
  await mails.runDue()

  expect(left).toHaveLength(1)
  for (const { id } of [red, blue]) {
    const listed = await listDeliveries(desk.vault, desk.database, id)
    expect(listed.map((row) => [row.id, row.state])).toEqual([[deliveryId, 'sent']])
  }
})
