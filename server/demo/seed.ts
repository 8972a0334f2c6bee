import { join } from 'node:path'
import type { Database, InTransaction, Tx } from '../database/database.ts'
import { saveOrders } from '../orders/save-orders.ts'
import type { Vault } from '../privacy/vault.ts'
import { applyMerchant } from '../shops/apply-merchant.ts'
import { findIssuePolicy } from '../shops/issue-policy.store.ts'
import { type MerchantSetup, SHOP_DEFAULTS } from '../shops/merchant-setup.ts'
import { type KeyFile, readKeyFile, writeKeyFile } from '../tokens/key-file.ts'
import { makeKeyPair } from '../tokens/make-key.ts'
import { type PublicKey, readPublicKey } from '../tokens/read-public-key.ts'
import { API_SCOPES } from '../tokens/scopes.ts'
import { COMPANIES } from './companies.ts'
import { MERCHANTS, RULES, type StageMerchant } from './stage.ts'
import { stageOrders } from './stage-orders.ts'

export type SeedDeps = {
  database: Database
  inTransaction: InTransaction
  vault: Vault
  now(): Date
  /** `demo/` below it gets the merchants' private keys. */
  dataDir: string
  /** Where the demo pages are served: the only origins that may frame the widget. */
  demoPort: number
}

/** Two processes that start together seed once. */
const SEED_LOCK = 4_711_005

const SEEDER = { kind: 'operator', id: 'demo-seed' } as const

/**
 * The demo stage: merchants, shops, rules, keys, companies and every order. Seeding again changes nothing,
 * whatever has been invoiced meanwhile; dates count from the first time. Expects a prepared vault.
 */
export async function seedDemo(deps: SeedDeps): Promise<void> {
  for (const merchant of MERCHANTS) {
    await seedMerchant(deps, merchant)
    await seedKey(deps, merchant)
  }
  await deps.database.companyDirectory.createMany({
    data: COMPANIES.map(([taxId, name]) => ({ taxId, name })),
    skipDuplicates: true,
  })
  await seedOrders(deps)
}

/** What somebody changed about a merchant of the stage stays: it is set up once. */
async function seedMerchant(deps: SeedDeps, merchant: StageMerchant): Promise<void> {
  const { id, shops } = merchant
  if ((await deps.database.merchant.findUnique({ where: { id } })) !== null) return
  const newId = (shopCode: string | null) => shops.find(({ code }) => code === shopCode)?.id ?? id
  await applyMerchant({ ...deps, newId }, setupOf(merchant, deps.demoPort), SEEDER)
}

function setupOf({ id: _, file: __, shops, ...seller }: StageMerchant, demoPort: number): MerchantSetup {
  const allowedOrigins = [`http://127.0.0.1:${demoPort}`, `http://localhost:${demoPort}`]
  const serviceText = '在线客服 9:00–22:00'
  const always = { treatment: 'taxed', validFrom: '2024-01-01', validUntil: null } as const
  return {
    seller,
    shops: shops.map(({ id: _, ...shop }) => ({ ...SHOP_DEFAULTS, ...shop, allowedOrigins, serviceText })),
    rules: shops.flatMap(({ code }) => RULES.map((rule) => ({ ...rule, ...always, shopCode: code }))),
  }
}

async function lock(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${SEED_LOCK})`
}

/** A key file that is there stays in use, also after the database was made anew. */
async function seedKey(deps: SeedDeps, merchant: StageMerchant): Promise<void> {
  const path = join(deps.dataDir, 'demo', merchant.file)
  await deps.inTransaction(async (tx) => {
    await lock(tx)
    const file = (await readKeyFile(path)) ?? (await makeKeyFile(path, merchant))
    const { kid, merchantId, kinds, scopes } = file
    const terms = { kid, merchantId, kinds: [...kinds], scopes: [...scopes], notBefore: deps.now() }
    await tx.merchantKey.createMany({ data: [{ ...terms, ...publicPart(file) }], skipDuplicates: true })
  })
}

async function makeKeyFile(path: string, { id, name, shops }: StageMerchant): Promise<KeyFile> {
  const { kid, privateJwk } = await makeKeyPair('ES256')
  const file: KeyFile = {
    merchantId: id,
    merchantName: name,
    kid,
    algorithm: 'ES256',
    privateJwk,
    issuer: id,
    kinds: ['launch', 'api'],
    scopes: API_SCOPES,
    shops: shops.map((shop) => ({ code: shop.code, id: shop.id, name: shop.name })),
  }
  await writeKeyFile(path, file)
  return file
}

function publicPart({ privateJwk: { d: _, ...publicJwk } }: KeyFile): PublicKey {
  return readPublicKey(publicJwk)
}

async function seedOrders(deps: SeedDeps): Promise<void> {
  const since = await deps.database.merchant.findFirstOrThrow({
    where: { id: { in: MERCHANTS.map(({ id }) => id) } },
    orderBy: { createdAt: 'asc' },
  })
  for (const { shopCode, origin, orders } of stageOrders(since.createdAt)) {
    const merchant = MERCHANTS.find(({ shops }) => shops.some(({ code }) => code === shopCode))
    const shop = merchant?.shops.find(({ code }) => code === shopCode)
    if (merchant === undefined || shop === undefined) throw new Error(`the stage has no shop ${shopCode}`)
    const target = { merchantId: merchant.id, shopId: shop.id, origin, actor: SEEDER, isDryRun: false }
    const outcomes = await deps.inTransaction((tx) =>
      saveOrders({ ...deps, issuePolicyOf: findIssuePolicy }, tx, target, orders),
    )
    const refused = outcomes.find(({ kind }) => kind === 'refused')
    if (refused !== undefined) throw new Error(`the stage's order ${refused.number} was refused`)
  }
}
