import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { readProcessConfig } from '../config.ts'
import { TOKEN_ISSUER } from '../services.ts'
import type { ClaimsByKind, TokenRole } from '../tokens/claims.ts'
import { importSigningKey } from '../tokens/import-key.ts'
import type { KeyTerms, SigningKey } from '../tokens/key.ts'
import { type KeyFile, readKeyFile } from '../tokens/key-file.ts'
import { newTokenId } from '../tokens/make-key.ts'
import { scopesOf } from '../tokens/scopes.ts'
import { signSession } from '../tokens/session.ts'
import { signToken } from '../tokens/sign-token.ts'
import { type Context, getShop, withContext } from './context.ts'
import { CommandRefused } from './explain-error.ts'
import { makeLink } from './link-commands.ts'
import { getOrderId } from './order-id.ts'

const ROLES = ['agent', 'customer'] as const satisfies readonly TokenRole[]
const FORMATS = ['pdf', 'ofd', 'xml', 'png'] as const

/** Tokens for tests and for whoever integrates; on stdout stands the token alone. */
export function addTokenCommands(program: Command): void {
  const token = program.command('token').description('tokens: what a merchant or the server would sign')
  addMerchantTokens(token)
  addServerTokens(token)
}

type LaunchOptions = {
  key?: string
  shop?: string
  role: TokenRole
  sub: string
  order: string[]
  origin?: string
}

function addMerchantTokens(token: Command): void {
  token
    .command('launch')
    .description("sign a launch token with a merchant's key: opens the sidebar or the storefront's widget")
    .option('--key <file>', 'key file of `key create` (default: the demo key of merchant A)')
    .option('--shop <code>', 'of this shop only')
    .addOption(new Option('--role <role>', 'who is let in').choices(ROLES).default('agent'))
    .option('--sub <id>', 'who it is, in the words of the merchant', 'cli')
    .option('--order <numbers...>', 'order numbers that belong to the person', [])
    .option('--origin <origin>', 'the only web origin that may exchange it')
    .addHelpText(
      'after',
      '\nExample:\n  npm run cli -- token launch --shop a-wx --role customer --sub buyer-1 --order WX-2001 WX-2003',
    )
    .action(async (options: LaunchOptions) => {
      const file = await openKeyFile(options.key)
      const { role, sub, order: orders, origin = null } = options
      const shop = options.shop === undefined ? null : shopIn(file, options.shop)
      console.log(
        await signAsMerchant(file, 'launch', { merchant: file.merchantId, shop, role, sub, orders, origin }),
      )
    })

  token
    .command('api')
    .description("sign a token for the REST API with a merchant's key")
    .option('--key <file>', 'key file of `key create` (default: the demo key of merchant A)')
    .option('--scope <scopes...>', 'what it is for (default: all of the key)')
    .addHelpText(
      'after',
      '\nExample:\n  curl -H "Authorization: Bearer $(npm run -s cli -- token api)" http://localhost:8787/v1/imports/…',
    )
    .action(async (options: { key?: string; scope?: string[] }) => {
      const file = await openKeyFile(options.key)
      const claims = { merchant: file.merchantId, scopes: options.scope ?? file.scopes }
      console.log(await signAsMerchant(file, 'api', claims))
    })
}

async function openKeyFile(path: string | undefined): Promise<KeyFile> {
  const chosen = path ?? join(readProcessConfig().dataDir, 'demo/merchant-a.json')
  const file = existsSync(chosen) ? await readKeyFile(chosen) : null
  if (file === null) throw new CommandRefused(`${chosen} is not there; \`key create\` makes a key`)
  return file
}

function shopIn({ shops, merchantName }: KeyFile, code: string): string {
  const shop = shops.find((one) => one.code === code)
  if (shop === undefined) throw new CommandRefused(`${merchantName} has no shop ${code} in its key file`)
  return shop.id
}

/** Signs offline, as the merchant's own backend does. */
async function signAsMerchant<K extends 'launch' | 'api'>(
  file: KeyFile,
  kind: K,
  claims: ClaimsByKind[K],
): Promise<string> {
  const at = { now: new Date(), issuer: file.issuer, jti: newTokenId() }
  return signToken(kind, claims, await importKey(file), at)
}

async function importKey(file: KeyFile): Promise<SigningKey> {
  const { kid, algorithm, kinds, scopes, privateJwk, merchantId: owner } = file
  const terms: KeyTerms = {
    ...{ kid, algorithm, owner, kinds, scopes },
    status: 'active',
    notBefore: new Date(0),
    notAfter: null,
  }
  if (algorithm !== 'HS256') return importSigningKey(terms, privateJwk)
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const secret = Buffer.from(privateJwk.k ?? '', 'base64url')
  return { ...terms, key: await crypto.subtle.importKey('raw', secret, hmac, false, ['sign']) }
}

type SessionOptions = { shop: string; role: TokenRole; sub: string; order: string[]; origin?: string }

function addServerTokens(token: Command): void {
  token
    .command('session')
    .description('sign a session token, as if a launch had been exchanged: `Authorization: Bearer`')
    .requiredOption('--shop <code>', 'shop of the session')
    .addOption(new Option('--role <role>', 'whose session').choices(ROLES).default('agent'))
    .option('--sub <id>', 'who it is', 'cli')
    .option('--order <numbers...>', 'orders that are proven to be theirs', [])
    .option('--origin <origin>', 'web origin of the page')
    .addHelpText('after', '\nExample:\n  npm run cli -- token session --shop a-tm --role agent --sub agent-7')
    .action((options: SessionOptions) =>
      withContext(async (context) => console.log(await openSession(context, options))),
    )

  token
    .command('link')
    .description('make a link and print its token; `link create` prints the address')
    .requiredOption('--shop <code>', 'shop of the link')
    .option('--order <number>', 'of this order only')
    .option('--days <n>', "life in days (default: the shop's setting)", Number)
    .addHelpText('after', '\nExample:\n  npm run cli -- token link --shop a-wx --order WX-2001')
    .action((options: { shop: string; order?: string; days?: number }) =>
      withContext(async (context) => console.log((await makeLink(context, options)).token)),
    )

  token
    .command('download')
    .description('sign a download token for a document of an invoice')
    .requiredOption('--invoice <number>', '20-digit invoice number')
    .addOption(new Option('--format <format>', 'which document').choices(FORMATS).default('pdf'))
    .addHelpText(
      'after',
      '\nExample:\n  npm run cli -- token download --invoice 26882400700000000012 --format pdf',
    )
    .action((options: { invoice: string; format: (typeof FORMATS)[number] }) =>
      withContext(async (context) => console.log(await signDownload(context, options))),
    )
}

async function openSession(context: Context, options: SessionOptions): Promise<string> {
  const { tokens, now, inTransaction } = context
  const shop = await getShop(context, options.shop)
  await tokens.prepareSigningKeys()
  const { role, sub, origin = null } = options
  const place = { merchantId: shop.merchantId, shopId: shop.id }
  const orders = await inTransaction((tx) =>
    Promise.all(options.order.map((one) => getOrderId(tx, place, one))),
  )
  const { token } = await signSession(
    { newId: newTokenId, now, issuer: TOKEN_ISSUER },
    await tokens.getSigningKey('session'),
    {
      merchant: shop.merchantId,
      shop: shop.id,
      ...{ role, sub, orders, origin },
      scopes: scopesOf(role),
      sid: newTokenId(),
      via: 'launch',
      since: Math.floor(now().getTime() / 1000),
    },
  )
  return token
}

async function signDownload(
  { database, tokens, now }: Context,
  { invoice: number, format }: { invoice: string; format: (typeof FORMATS)[number] },
): Promise<string> {
  const invoice = await database.invoice.findUnique({ where: { number }, include: { documents: true } })
  if (invoice === null) throw new CommandRefused(`there is no invoice ${number}`)
  const document = invoice.documents.find((one) => one.format === format)
  if (document === undefined) throw new CommandRefused(`the invoice has no ${format} yet`)
  await tokens.prepareSigningKeys()
  const claims = { merchant: invoice.merchantId, invoice: invoice.id, doc: document.id, format }
  const at = { now: now(), issuer: TOKEN_ISSUER, jti: newTokenId() }
  return signToken('download', claims, await tokens.getSigningKey('download'), at)
}
