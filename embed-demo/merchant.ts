import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { importJWK, type JWK, SignJWT } from 'jose'

/** A seller with its own key, as the seed wrote it down for this demo. A real one keeps the key to itself. */
export type Merchant = {
  readonly merchantId: string
  readonly issuer: string
  readonly kid: string
  readonly algorithm: string
  readonly privateJwk: JWK
  readonly shops: readonly { readonly code: string; readonly id: string }[]
}

/** Who is let in, and to what. `orders` are numbers as the merchant writes them. */
export type Launch = {
  /** Null: every shop of the merchant. */
  readonly shopId: string | null
  readonly role: 'agent' | 'customer'
  readonly subject: string
  readonly orders: readonly string[]
  /** The only web origin that may exchange the token. */
  readonly origin: string
  /** Shortens the session that the token opens; for showing what happens when one ends. */
  readonly sessionSeconds?: number | undefined
}

/** The limit of a launch and of an API token (design §7). */
const LIFE_SECONDS = 300

/** All merchants whose keys lie in `directory`, one JSON file each. Throws an Error naming a file it cannot use. */
export async function readMerchants(directory: string): Promise<Merchant[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.json')).sort()
  return Promise.all(
    names.map(async (name) => {
      const merchant: unknown = JSON.parse(await readFile(join(directory, name), 'utf8'))
      if (!isMerchant(merchant)) throw new Error(`${name} is not a merchant's key file`)
      return merchant
    }),
  )
}

/** The whole integration: sixteen lines that a merchant's backend needs in any language. */
export async function mintLaunchToken(merchant: Merchant, launch: Launch, now: Date): Promise<string> {
  const { shopId, role, subject, orders, origin, sessionSeconds } = launch
  return sign(
    merchant,
    now,
    { typ: 'launch+jwt', audience: 'fapiao-sidecar' },
    {
      sub: subject,
      merchant: merchant.merchantId,
      ...(shopId === null ? {} : { shop: shopId }),
      role,
      orders,
      origin,
      ...(sessionSeconds === undefined ? {} : { sessionSeconds }),
    },
  )
}

/** For the merchant's own calls: imports and links. */
export async function mintApiToken(
  merchant: Merchant,
  scopes: readonly string[],
  now: Date,
): Promise<string> {
  const claims = { merchant: merchant.merchantId, scopes }
  return sign(merchant, now, { typ: 'api+jwt', audience: 'fapiao-sidecar:api' }, claims)
}

type Kind = { readonly typ: string; readonly audience: string }

async function sign(
  { issuer, kid, algorithm, privateJwk }: Merchant,
  now: Date,
  { typ, audience }: Kind,
  claims: Record<string, unknown>,
): Promise<string> {
  const issuedAt = Math.floor(now.getTime() / 1000)
  return new SignJWT(claims)
    .setProtectedHeader({ alg: algorithm, kid, typ })
    .setIssuer(issuer)
    .setAudience(audience)
    .setJti(randomBytes(16).toString('base64url'))
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + LIFE_SECONDS)
    .sign(await importJWK(privateJwk, algorithm))
}

function isMerchant(value: unknown): value is Merchant {
  if (typeof value !== 'object' || value === null) return false
  const texts = ['merchantId', 'issuer', 'kid', 'algorithm'].map((name) => Reflect.get(value, name))
  const shops: unknown = Reflect.get(value, 'shops')
  return texts.every((text) => typeof text === 'string') && Array.isArray(shops) && 'privateJwk' in value
}
