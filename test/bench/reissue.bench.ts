import { performance } from 'node:perf_hooks'
import { connectAsking, createGetSeller } from '../../server/app.ts'
import { connectReissue } from '../../server/connect-reissue.ts'
import { requestInvoice } from '../../server/invoicing/request-invoice.ts'
import { saveOrders } from '../../server/orders/save-orders.ts'
import { executeReissue } from '../../server/reissue/decide-reissue.ts'
import { startReissue } from '../../server/reissue/start-reissue.ts'
import { findIssuePolicy } from '../../server/shops/issue-policy.store.ts'
import { type BenchStack, openBenchStack, percentile } from './bench-stack.ts'

const SAGAS = Number(process.env.BENCH_SAGAS ?? 300)
const BENCH = { kind: 'operator', id: 'bench' } as const
const TITLE = { kind: 'company', name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' } as const
const OTHER = { kind: 'company', name: '上海演示贸易有限公司', taxId: '91310000MA1FL0QA1C' } as const

/**
 * Wrong title → red → new blue, two processes against the simulator (300 ms an answer, a red 1 to 2 s after
 * its form). Counted from the first execution to the last saga's end.
 */
export async function benchReissuing() {
  const stack = await openBenchStack({ FAPIAO_WORKER_CONCURRENCY: '40', FAPIAO_POOL_SIZE: '20' })
  try {
    await stack.addWorker()
    const ids = await planAll(stack)
    const { services } = stack
    const deps = connectReissue(services, createGetSeller(services))
    const started = performance.now()
    for (const id of ids) await services.inTransaction((tx) => executeReissue(deps, tx, { id, actor: BENCH }))
    await until(() => services.database.reissue.count({ where: { state: 'done' } }), ids.length)
    const seconds = (performance.now() - started) / 1000
    const rows = await services.database.$queryRaw<{ ms: number }[]>`
      SELECT (extract(epoch from (d.at - r.at)) * 1000)::float8 AS ms FROM reissue_move d
      JOIN reissue_move r ON r.reissue_id = d.reissue_id AND r.to_state = 'red_requested'
      WHERE d.to_state = 'done'`
    const times = rows.map(({ ms }) => ms)
    return {
      processes: 2,
      sagas: ids.length,
      seconds,
      perMinute: Math.round((ids.length / seconds) * 60),
      p50: percentile(times, 0.5),
      p95: percentile(times, 0.95),
    }
  } finally {
    await stack.stop()
  }
}

/** As many issued invoices, each with a plan that waits for its execution. */
async function planAll({ services }: BenchStack): Promise<string[]> {
  const { database, inTransaction } = services
  const { id: shopId, merchantId } = await database.shop.findUniqueOrThrow({ where: { code: 'a-wx' } })
  const asking = connectAsking(services)
  const deps = connectReissue(services, createGetSeller(services))
  const target = { merchantId, shopId, origin: 'api', actor: BENCH, isDryRun: false } as const
  const saved = await inTransaction((tx) =>
    saveOrders(
      { ...services, issuePolicyOf: findIssuePolicy },
      tx,
      target,
      Array.from({ length: SAGAS }, (_, index) => orderInput(`SAGA-${index}`)),
    ),
  )
  const orderIds = saved.flatMap((outcome) => (outcome.kind === 'created' ? [outcome.orderId] : []))
  const by = { merchantId, role: 'agent', surface: 'api', actor: BENCH } as const
  for (const orderId of orderIds)
    await inTransaction((tx) =>
      requestInvoice(asking, tx, { ...by, ask: { orderIds: [orderId], kind: 'ordinary', title: TITLE } }),
    )
  const allocations = () => database.invoiceAllocation.findMany({ where: { orderId: { in: orderIds } } })
  await until(async () => (await allocations()).length, orderIds.length)
  const planned: string[] = []
  for (const { invoiceId } of await allocations()) {
    const ask = { cause: 'title', title: OTHER } as const
    const { id } = await inTransaction((tx) =>
      startReissue(deps, tx, { merchantId, invoiceId, planner: 'agent', surface: 'api', actor: BENCH, ask }),
    )
    planned.push(id)
  }
  return planned
}

async function until(count: () => Promise<number>, wanted: number): Promise<void> {
  while ((await count()) < wanted) await new Promise((resolve) => setTimeout(resolve, 100))
}

function orderInput(number: string) {
  const now = new Date()
  return {
    ...{ number, state: 'paid' as const, rawStatus: null, statusKnown: true },
    ...{ orderedAt: now, paidAt: now, shippedAt: null, completedAt: null },
    lines: [
      {
        ...{ kind: 'goods' as const, title: '示例文具', spec: null, skuCode: null, unit: null },
        ...{ quantity: '1', amountFen: 9_900n, taxCode: null, shortName: null, rateBp: null },
      },
    ],
    ...{ discountFen: 0n, paidFen: 9_900n, platformFen: 0n, refunds: [], refundHint: null },
    ...{ buyer: null, titleHint: null },
  }
}
