import { saveOrders } from '../../server/orders/save-orders.ts'
import { findIssuePolicy } from '../../server/shops/issue-policy.store.ts'
import { importSigningKey } from '../../server/tokens/import-key.ts'
import { makeKeyPair, newTokenId } from '../../server/tokens/make-key.ts'
import { signToken } from '../../server/tokens/sign-token.ts'
import { type BenchStack, openBenchStack, percentile } from './bench-stack.ts'

const ORDERS = Number(process.env.BENCH_ORDERS ?? 3_000)
const SENDERS = 24

type Result = {
  processes: number
  issued: number
  seconds: number
  perHour: number
  p50: number
  p95: number
  duplicates: number
}

/** Request → issued through HTTP, queue, bureau (300 ms) and database; one process, then two. */
export async function benchIssuing(): Promise<Result[]> {
  const stack = await openBenchStack({ FAPIAO_WORKER_CONCURRENCY: '80', FAPIAO_POOL_SIZE: '30' })
  try {
    const one = await measure(stack, 1, 'ONE')
    await stack.addWorker()
    const two = await measure(stack, 2, 'TWO')
    return [one, two]
  } finally {
    await stack.stop()
  }
}

async function measure(stack: BenchStack, processes: number, prefix: string): Promise<Result> {
  const { services, ports } = stack
  const shop = await services.database.shop.findUniqueOrThrow({ where: { code: 'a-wx' } })
  const ids = await makeOrders(stack, shop, prefix)
  const mint = await openBackend(stack, 'a-wx', 'invoices')
  const started = Date.now()
  const queue = [...ids]
  const send = async () => {
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      const response = await fetch(`http://127.0.0.1:${ports.web}/v1/invoice-requests`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await mint()}`,
          'content-type': 'application/json',
          'idempotency-key': id,
        },
        body: JSON.stringify({
          orderIds: [id],
          kind: 'ordinary',
          title: { kind: 'company', name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' },
        }),
      })
      if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`)
      await response.arrayBuffer()
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, send))
  const submitted = (Date.now() - started) / 1000
  await untilIssued(stack, ids.length, prefix)
  const rows = await services.database.$queryRaw<{ ms: number; at: Date }[]>`
    SELECT (extract(epoch from (m.at - r.created_at)) * 1000)::float8 AS ms, m.at FROM invoice_request r
    JOIN request_move m ON m.request_id = r.id AND m.to_state = 'issued'
    JOIN request_share s ON s.request_id = r.id JOIN "order" o ON o.id = s.order_id
    WHERE o.number LIKE ${`${prefix}-%`}`
  const [{ doubles } = { doubles: 0 }] = await services.database.$queryRaw<{ doubles: number }[]>`
    SELECT count(*)::int AS doubles FROM (SELECT order_id FROM invoice_allocation GROUP BY 1 HAVING count(*) > 1) d`
  const last = Math.max(...rows.map((row) => row.at.getTime()))
  const seconds = (last - started) / 1000
  console.log(`  ${processes} process(es): submitted ${ids.length} in ${submitted.toFixed(1)} s`)
  const times = rows.map((row) => row.ms)
  return {
    processes,
    issued: rows.length,
    seconds,
    perHour: Math.round((rows.length / seconds) * 3600),
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    duplicates: doubles,
  }
}

async function untilIssued({ services }: BenchStack, count: number, prefix: string): Promise<void> {
  for (;;) {
    const [{ n } = { n: 0 }] = await services.database.$queryRaw<{ n: number }[]>`
      SELECT count(*)::int AS n FROM "order" o JOIN invoice_allocation a ON a.order_id = o.id WHERE o.number LIKE ${`${prefix}-%`}`
    if (n >= count) return
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

async function makeOrders(
  { services }: BenchStack,
  shop: { id: string; merchantId: string },
  prefix: string,
): Promise<string[]> {
  const ids: string[] = []
  const now = new Date()
  for (let from = 0; from < ORDERS; from += 500) {
    const inputs = Array.from({ length: Math.min(500, ORDERS - from) }, (_, index) => ({
      number: `${prefix}-${from + index}`,
      state: 'paid' as const,
      rawStatus: null,
      statusKnown: true,
      orderedAt: now,
      paidAt: now,
      shippedAt: null,
      completedAt: null,
      lines: [
        {
          kind: 'goods' as const,
          title: '示例文具',
          spec: null,
          skuCode: null,
          unit: null,
          quantity: '1',
          amountFen: 9_900n,
          taxCode: null,
          shortName: null,
          rateBp: null,
        },
      ],
      discountFen: 0n,
      paidFen: 9_900n,
      platformFen: 0n,
      refunds: [],
      refundHint: null,
      buyer: null,
      titleHint: null,
    }))
    const outcomes = await services.inTransaction((tx) =>
      saveOrders(
        { ...services, issuePolicyOf: findIssuePolicy },
        tx,
        {
          merchantId: shop.merchantId,
          shopId: shop.id,
          origin: 'api',
          actor: { kind: 'operator', id: 'bench' },
          isDryRun: false,
        },
        inputs,
      ),
    )
    ids.push(...outcomes.flatMap((outcome) => (outcome.kind === 'created' ? [outcome.orderId] : [])))
  }
  return ids
}

/** A backend of the shop's merchant: mints an API token anew before the old one ends. */
export async function openBackend(
  { services }: BenchStack,
  shopCode: string,
  scope: string,
): Promise<() => Promise<string>> {
  const { merchantId } = await services.database.shop.findUniqueOrThrow({ where: { code: shopCode } })
  const pair = await makeKeyPair('EdDSA')
  const kid = await services.inTransaction((tx) =>
    services.tokens.registerMerchantKey(tx, {
      merchantId,
      kinds: ['api'],
      scopes: [scope],
      publicKey: pair.publicJwk,
    }),
  )
  const key = await importSigningKey(
    {
      kid,
      algorithm: 'EdDSA',
      owner: merchantId,
      kinds: ['api'],
      scopes: [scope],
      status: 'active',
      notBefore: new Date(0),
      notAfter: null,
    },
    pair.privateJwk,
  )
  let minted = { token: '', atMs: 0 }
  return async () => {
    if (Date.now() - minted.atMs > 120_000) {
      const at = { now: new Date(), issuer: merchantId, jti: newTokenId() }
      minted = {
        token: await signToken('api', { merchant: merchantId, scopes: [scope] }, key, at),
        atMs: Date.now(),
      }
    }
    return minted.token
  }
}
