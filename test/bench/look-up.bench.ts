import pg from 'pg'
import { findOrdersByNumber } from '../../server/orders/order.store.ts'
import { importSigningKey } from '../../server/tokens/import-key.ts'
import { makeKeyPair, newTokenId } from '../../server/tokens/make-key.ts'
import { signToken } from '../../server/tokens/sign-token.ts'
import { type BenchStack, openBenchStack, percentile } from './bench-stack.ts'

const ORDERS = Number(process.env.BENCH_LOOKUP_ORDERS ?? 1_000_000)
const LOOK_UPS = 3_000

export type LookUpResult = {
  orders: number
  /** The query with its parts, in the server's process. */
  store: { p50: number; p99: number }
  /** `POST /v1/orders/look-up` of an agent over HTTP, one after the other. */
  http: { p50: number; p99: number }
}

/** An order found by its number among a million, in ms. */
export async function benchLookUp(): Promise<LookUpResult> {
  const stack = await openBenchStack()
  try {
    const { merchantId, id: shopId } = await stack.services.database.shop.findUniqueOrThrow({
      where: { code: 'a-wx' },
    })
    await fillOrders(stack.services.ownerUrl, merchantId, shopId)
    const numbers = Array.from({ length: LOOK_UPS }, () => `BULK-${Math.floor(Math.random() * ORDERS)}`)
    const store = await timeEach(numbers, async (number) => {
      const found = await findOrdersByNumber(stack.services.database, { merchantId, shopId: null, number })
      if (found.length !== 1) throw new Error(`${number} was found ${found.length} times`)
    })
    const token = await openAgent(stack, merchantId)
    const http = await timeEach(numbers.slice(0, 1_000), (number) => lookUp(stack.ports.web, token, number))
    return { orders: ORDERS, store, http }
  } finally {
    await stack.stop()
  }
}

async function timeEach(numbers: readonly string[], work: (number: string) => Promise<void>) {
  for (const number of numbers.slice(0, 100)) await work(number) // warm-up
  const times: number[] = []
  for (const number of numbers) {
    const started = performance.now()
    await work(number)
    times.push(performance.now() - started)
  }
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) }
}

async function lookUp(port: number, token: string, text: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/orders/look-up`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ text }),
  })
  const reply = await response.text()
  if (response.status !== 200) throw new Error(`${response.status} ${reply}`)
}

/** Straight into the tables: what is measured is finding, not saving. */
async function fillOrders(url: string, merchantId: string, shopId: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`SET session_replication_role = 'replica'`)
    await client.query(
      `INSERT INTO "order" (id, merchant_id, shop_id, number, state, origin, goods_fen, paid_fen)
       SELECT gen_random_uuid(), $1, $2, 'BULK-' || n, 'paid', 'import', 9900, 9900
       FROM generate_series(0, $3::int - 1) AS n`,
      [merchantId, shopId, ORDERS],
    )
    await client.query(
      `INSERT INTO order_line (order_id, line_no, kind, title, quantity, amount_fen, discount_fen, paid_fen)
       SELECT id, 1, 'goods', '示例文具', '1', 9900, 0, 9900 FROM "order" WHERE number LIKE 'BULK-%'`,
    )
    await client.query('ANALYZE "order"')
    await client.query('ANALYZE order_line')
  } finally {
    await client.end()
  }
}

async function openAgent({ services, ports }: BenchStack, merchantId: string): Promise<string> {
  const pair = await makeKeyPair('EdDSA')
  const kid = await services.inTransaction((tx) =>
    services.tokens.registerMerchantKey(tx, {
      merchantId,
      kinds: ['launch'],
      scopes: [],
      publicKey: pair.publicJwk,
    }),
  )
  const terms = {
    kid,
    algorithm: 'EdDSA',
    owner: merchantId,
    kinds: ['launch'],
    scopes: [],
    status: 'active',
    notBefore: new Date(0),
    notAfter: null,
  } as const
  const key = await importSigningKey(terms, pair.privateJwk)
  const claims = {
    merchant: merchantId,
    shop: null,
    role: 'agent',
    sub: 'bench',
    orders: [],
    origin: null,
  } as const
  const launchToken = await signToken('launch', claims, key, {
    now: new Date(),
    issuer: merchantId,
    jti: newTokenId(),
  })
  const response = await fetch(`http://127.0.0.1:${ports.web}/v1/sessions/launch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ launchToken }),
  })
  const session: unknown = await response.json()
  if (typeof session === 'object' && session !== null && 'token' in session) return String(session.token)
  throw new Error('no session was opened')
}
