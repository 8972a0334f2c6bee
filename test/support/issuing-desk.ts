import type { Actor } from '../../server/audit/record.ts'
import type { InvoiceAsk } from '../../server/contract/invoicing.ts'
import {
  type Database,
  type InTransaction,
  inTransactionOf,
  openDatabase,
  type Tx,
} from '../../server/database/database.ts'
import { v7 } from '../../server/database/ids.ts'
import type { IssueDeps } from '../../server/invoicing/issue-invoice.job.ts'
import { findRequest, type InvoiceRequest } from '../../server/invoicing/request.store.ts'
import { type RequestInvoiceDeps, requestInvoice } from '../../server/invoicing/request-invoice.ts'
import type { Issuer } from '../../server/issuers/issuer.ts'
import type { OrderInput } from '../../server/orders/order-input.ts'
import { saveOrders } from '../../server/orders/save-orders.ts'
import { openVault, type Vault } from '../../server/privacy/vault.ts'
import { findIssuePolicy } from '../../server/shops/issue-policy.store.ts'
import { createTestDatabase } from './database.ts'
import { buildDeps, type CrashPoint, issuingJobs, MASTER_KEY, type Trail } from './issuing-deps.ts'
import { type JobBench, openJobBench } from './job-bench.ts'
import { SELLER_TAX_ID } from './sendings.ts'
import { stageTemplate } from './stage.ts'

export const COMPANY = { kind: 'company', name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' } as const
export const AGENT: Actor = { kind: 'agent', id: 'agent-7' }

export type DeskClock = { at: Date; advance(ms: number): void }

type Options = {
  issuer: Issuer
  undoSeconds?: number
  reviewFromFen?: bigint
  timeoutMs?: number
}

export type IssuingDesk = {
  readonly url: string
  readonly database: Database
  readonly vault: Vault
  readonly inTransaction: InTransaction
  readonly merchantId: string
  readonly shopId: string
  readonly clock: DeskClock
  readonly jobs: JobBench
  readonly deps: IssueDeps & RequestInvoiceDeps
  /** Serials in the order in which they were sent, repeats included, and those asked for. */
  readonly sent: string[]
  readonly asked: string[]
  /** The next job that comes there dies there. */
  crashAt: CrashPoint | null
  /** A paid order; its id. */
  order(number: string, changes?: Partial<OrderInput>): Promise<string>
  /** A later report of an order: a refund, a cancellation. */
  report(number: string, changes: Partial<OrderInput>): Promise<void>
  ask(orderId: string, changes?: Partial<InvoiceAsk>): Promise<InvoiceRequest>
  read(id: string): Promise<InvoiceRequest>
  history(id: string): Promise<string[]>
  /** Runs due jobs and lets time pass to the next one until the request is in this state. */
  runUntil(id: string, state: InvoiceRequest['state']): Promise<InvoiceRequest>
  close(): Promise<void>
}

/** A shop with everything that issuing needs, on a database of its own, with a clock that tests turn. */
export async function openIssuingDesk(options: Options): Promise<IssuingDesk> {
  const { url, database, drop } = await createTestDatabase()
  // Keys are read while a transaction holds a connection: from the same pool, that can wait for itself.
  const keys = openDatabase({ url, poolSize: 1 })
  const vault = openVault(keys, MASTER_KEY)
  const inTransaction = inTransactionOf(database)
  const merchantId = v7()
  const shopId = v7()
  await inTransaction((tx) => vault.createKey(tx, merchantId))
  await inTransaction((tx) => insertShop(tx, vault, { merchantId, shopId, options }))
  const clock: DeskClock = {
    at: new Date(),
    advance: (ms) => {
      clock.at = new Date(clock.at.getTime() + ms)
    },
  }
  const trail: Trail = { sent: [], asked: [], crashAt: null }
  const deps = buildDeps({ database, vault, now: () => clock.at, trail, ...options })
  const jobs = await openJobBench(url, issuingJobs(deps), deps.now)
  const parts = { url, database, vault, inTransaction, merchantId, shopId, clock, jobs, deps }
  return Object.assign(trail, parts, deskActs({ ...parts, trail }), {
    async close() {
      await jobs.close()
      await keys.$disconnect()
      await drop()
    },
  })
}

type Acting = Pick<
  IssuingDesk,
  'database' | 'vault' | 'merchantId' | 'shopId' | 'clock' | 'jobs' | 'deps'
> & {
  inTransaction: InTransaction
  trail: Trail
}

function deskActs({ database, vault, inTransaction, merchantId, shopId, clock, jobs, deps }: Acting) {
  const inputs = new Map<string, OrderInput>()
  const saving = { vault, now: deps.now, issuePolicyOf: findIssuePolicy }
  const save = async (input: OrderInput) => {
    const target = { merchantId, shopId, origin: 'api', actor: AGENT, isDryRun: false }
    const [saved] = await inTransaction((tx) => saveOrders(saving, tx, target, [input]))
    if (saved === undefined || saved.kind === 'refused') throw new Error(`order ${input.number} was refused`)
    inputs.set(input.number, input)
    return saved.orderId
  }
  const read = async (id: string) => {
    const found = await findRequest(database, id)
    if (found === null) throw new Error(`no request ${id}`)
    return found
  }
  return {
    read,
    order: (number: string, changes: Partial<OrderInput> = {}) => save({ ...paidOrder(number), ...changes }),
    async report(number: string, changes: Partial<OrderInput>) {
      await save({ ...(inputs.get(number) ?? paidOrder(number)), ...changes })
    },
    ask: (orderId: string, changes: Partial<InvoiceAsk> = {}) =>
      inTransaction((tx) => requestInvoice(deps, tx, askFor(merchantId, orderId, changes))),
    async history(id: string) {
      const moves = await database.requestMove.findMany({ where: { requestId: id }, orderBy: { at: 'asc' } })
      return chain(moves)
    },
    async runUntil(id: string, state: InvoiceRequest['state']) {
      for (let turn = 0; turn < 60; turn++) {
        await jobs.runDue()
        const found = await read(id)
        if (found.state === state) return found
        const next = (await jobs.waiting()).find(({ kind }) => kind.startsWith('invoice.'))
        if (next === undefined) throw new Error(`${found.state}, and no job that would change it`)
        clock.advance(Math.max(0, next.runAt.getTime() - clock.at.getTime()))
      }
      throw new Error(`never ${state}: ${(await read(id)).state}`)
    },
  }
}

/** Moves of one instant are put in the order in which one leads to the next. */
function chain(moves: { fromState: string | null; toState: string; at: Date }[]): string[] {
  const left = [...moves]
  const states: string[] = []
  for (let from: string | null = null; left.length > 0; ) {
    const at = left.findIndex(
      (move) => move.fromState === from && move.at.getTime() === left[0]?.at.getTime(),
    )
    const [move] = left.splice(at, 1)
    if (at === -1 || move === undefined) throw new Error(`no move leads from ${from}`)
    from = move.toState
    states.push(from)
  }
  return states
}

export function askFor(merchantId: string, orderId: string, changes: Partial<InvoiceAsk> = {}) {
  const ask: InvoiceAsk = {
    orderIds: [orderId],
    kind: 'ordinary',
    title: COMPANY,
    email: 'finance@example.com',
    ...changes,
  }
  return { merchantId, role: 'agent', surface: 'sidebar', actor: AGENT, ask } as const
}

/** A bag of 299.00 with 10.00 freight. */
export function paidOrder(number: string): OrderInput {
  const line = { spec: null, skuCode: null, unit: '个', taxCode: null, shortName: null, rateBp: null }
  return {
    number,
    state: 'paid',
    rawStatus: null,
    statusKnown: true,
    orderedAt: null,
    paidAt: null,
    shippedAt: null,
    completedAt: null,
    lines: [
      { ...line, kind: 'goods', title: '帆布包', quantity: '1', amountFen: 29_900n },
      { ...line, kind: 'freight', title: '运费', quantity: null, amountFen: 1_000n },
    ],
    discountFen: 0n,
    paidFen: 30_900n,
    platformFen: 0n,
    refunds: [],
    refundHint: null,
    buyer: null,
    titleHint: null,
  }
}

export function refundOf(
  reference: string,
  amountFen: bigint,
  state: 'applied' | 'completed' = 'completed',
): Pick<OrderInput, 'refunds'> {
  return { refunds: [{ reference, state, amountFen, lineNo: null }] }
}

type NewShop = { merchantId: string; shopId: string; options: Options }

async function insertShop(tx: Tx, vault: Vault, { merchantId, shopId, options }: NewShop): Promise<void> {
  const place = { merchantId, table: 'merchant', column: 'drawer', rowId: merchantId }
  const drawerSealed = await vault.sealJson(place, '演示')
  await tx.merchant.create({
    data: { id: merchantId, name: '武汉邮驿文创', taxId: SELLER_TAX_ID, drawerSealed },
  })
  await tx.shop.create({
    data: {
      id: shopId,
      merchantId,
      code: 'desk',
      name: '邮驿文创',
      platform: 'direct',
      allowedOrigins: [],
      undoSeconds: options.undoSeconds ?? 0,
      reviewFromFen: options.reviewFromFen ?? 1_000_000n,
    },
  })
  await stageTemplate(tx, vault, { merchantId, shopId })
  await tx.goodsRule.create({
    data: {
      id: v7(),
      merchantId,
      matcher: 'title',
      pattern: '包',
      taxCode: '1040105120000000000',
      shortName: '箱包',
      rateBp: 1_300,
      validFrom: new Date('2020-01-01T00:00:00Z'),
    },
  })
}
