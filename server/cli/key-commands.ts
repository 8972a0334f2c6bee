import { existsSync } from 'node:fs'
import { type Command, Option } from 'commander'
import type { JWK } from 'jose'
import { recordAudit } from '../audit/record.ts'
import type { Tx } from '../database/database.ts'
import type { Algorithm } from '../tokens/key.ts'
import { writeKeyFile } from '../tokens/key-file.ts'
import { makeKeyPair } from '../tokens/make-key.ts'
import { API_SCOPES } from '../tokens/scopes.ts'
import { createSharedSecret } from '../tokens/shared-secret.ts'
import type { NewMerchantKey } from '../tokens/token.store.ts'
import { type Context, OPERATOR, withContext } from './context.ts'
import { CommandRefused } from './explain-error.ts'
import { formatTable } from './print.ts'

const ALGORITHMS = ['EdDSA', 'ES256', 'RS256', 'HS256'] as const satisfies readonly Algorithm[]
const KINDS = ['launch', 'api'] as const

type CreateOptions = {
  merchant: string
  alg: Algorithm
  out: string
  kind: (typeof KINDS)[number][]
  scope: string[]
}

export function addKeyCommands(program: Command): void {
  const key = program
    .command('key')
    .description("keys: what a merchant's backend signs with, and the server itself")

  key
    .command('create')
    .description('make a key for a merchant: we keep the public half, the file gets the private one')
    .requiredOption('--merchant <taxId>', 'tax id of the merchant')
    .addOption(new Option('--alg <algorithm>', 'signature algorithm').choices(ALGORITHMS).default('EdDSA'))
    .requiredOption('--out <file>', 'where the private half goes; must not be there yet')
    .addOption(new Option('--kind <kinds...>', 'tokens it signs').choices(KINDS).default([...KINDS]))
    .addOption(
      new Option('--scope <scopes...>', 'what its api tokens may do')
        .choices(API_SCOPES)
        .default([...API_SCOPES]),
    )
    .addHelpText(
      'after',
      '\nExample:\n  npm run cli -- key create --merchant 91420100MA4KTEXT0N --alg ES256 --out merchant-key.json',
    )
    .action((options: CreateOptions) => withContext((context) => createKey(context, options)))

  key
    .command('list')
    .description('list the registered keys')
    .option('--merchant <taxId>', 'of this merchant only')
    .addHelpText('after', '\nExample:\n  npm run cli -- key list')
    .action((options: { merchant?: string }) =>
      withContext((context) => listKeys(context, options.merchant ?? null)),
    )

  key
    .command('revoke')
    .description('refuse everything signed with a key, within 5 seconds')
    .argument('<kid>', 'id of the key, see `key list`')
    .addHelpText('after', '\nExample:\n  npm run cli -- key revoke Jc3Vd0…')
    .action((kid: string) => withContext((context) => revokeKey(context, kid)))

  key
    .command('rotate')
    .description("give the server's own signing keys successors; what the old ones signed stays good")
    .addHelpText('after', '\nExample:\n  npm run cli -- key rotate')
    .action(() => withContext(rotateKeys))
}

async function rotateKeys({ tokens }: Context): Promise<void> {
  const made = await tokens.rotateSigningKeys()
  console.log(made.map(({ kind, kid }) => `${kind} tokens are signed with ${kid}`).join('\n'))
}

async function createKey(context: Context, options: CreateOptions): Promise<void> {
  if (existsSync(options.out)) throw new CommandRefused(`${options.out} is there already`)
  const merchant = await context.database.merchant.findUnique({
    where: { taxId: options.merchant },
    include: { shops: { orderBy: { code: 'asc' } } },
  })
  if (merchant === null) throw new CommandRefused(`no merchant has the tax id ${options.merchant}`)
  const { id: merchantId, name: merchantName, shops } = merchant
  const { alg: algorithm, kind: kinds, scope: scopes } = options
  const made = await makeKey(algorithm)
  const ask: NewMerchantKey = { merchantId, kinds, scopes, ...made.registered }
  // The row is committed only when the file stands: a key that nobody holds is of no use.
  const kid = await context.inTransaction(async (tx) => {
    const kid = await context.tokens.registerMerchantKey(tx, ask)
    await record(context, tx, { merchantId, act: 'key.created', kid })
    await writeKeyFile(options.out, {
      ...{ merchantId, merchantName, kid, algorithm, privateJwk: made.privateJwk, kinds, scopes },
      issuer: merchantId,
      shops: shops.map(({ code, id, name }) => ({ code, id, name })),
    })
    return kid
  })
  console.log(`key ${kid} of ${merchantName} is registered; its private half is in ${options.out}`)
}

type MadeKey = {
  readonly registered: { readonly publicKey: unknown } | { readonly secret: string }
  readonly privateJwk: JWK
}

async function makeKey(algorithm: Algorithm): Promise<MadeKey> {
  if (algorithm === 'HS256') {
    const secret = createSharedSecret()
    return { registered: { secret }, privateJwk: { kty: 'oct', k: secret } }
  }
  const { publicJwk, privateJwk } = await makeKeyPair(algorithm)
  return { registered: { publicKey: publicJwk }, privateJwk }
}

async function listKeys({ database }: Context, taxId: string | null): Promise<void> {
  const merchants = await database.merchant.findMany({ where: taxId === null ? {} : { taxId } })
  const rows = await database.merchantKey.findMany({
    where: { merchantId: { in: merchants.map(({ id }) => id) } },
    orderBy: { notBefore: 'asc' },
  })
  const lines = rows.map(({ kid, merchantId, algorithm, kinds, scopes, status, notBefore }) => [
    ...[kid, merchants.find(({ id }) => id === merchantId)?.name ?? merchantId, algorithm, status],
    ...[kinds.join(','), scopes.join(','), notBefore.toISOString().slice(0, 10)],
  ])
  console.log(formatTable([['kid', 'merchant', 'alg', 'status', 'signs', 'scopes', 'since'], ...lines]))
}

async function revokeKey(context: Context, kid: string): Promise<void> {
  const row = await context.database.merchantKey.findUnique({ where: { kid } })
  if (row === null) throw new CommandRefused(`there is no key ${kid}`)
  const { merchantId } = row
  await context.inTransaction(async (tx) => {
    await context.tokens.revokeMerchantKey(tx, { merchantId, kid })
    await record(context, tx, { merchantId, act: 'key.revoked', kid })
  })
  console.log(`key ${kid} is revoked`)
}

async function record(context: Context, tx: Tx, of: { merchantId: string; act: string; kid: string }) {
  const { merchantId, act, kid } = of
  await recordAudit(tx, context.now(), { merchantId, actor: OPERATOR, act, object: `key:${kid}` })
}
