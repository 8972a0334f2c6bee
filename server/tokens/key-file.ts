import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { JWK } from 'jose'
import type { JsonObject } from './claims.ts'
import type { Algorithm } from './key.ts'

/** What a merchant's backend needs to sign its tokens. The private half stands nowhere else. */
export type KeyFile = {
  readonly merchantId: string
  readonly merchantName: string
  readonly kid: string
  readonly algorithm: Algorithm
  /** For HS256 `{ kty: 'oct', k }`. */
  readonly privateJwk: JWK
  /** `iss` of its tokens. */
  readonly issuer: string
  readonly kinds: readonly ('launch' | 'api')[]
  readonly scopes: readonly string[]
  readonly shops: readonly { readonly code: string; readonly id: string; readonly name: string }[]
}

/** Null where there is no file. Throws an Error that names a file of another form. */
export async function readKeyFile(path: string): Promise<KeyFile | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
  const read = readFields(parse(text))
  if (read === null) throw new Error(`${path} is not a key file`)
  return read
}

/** Readable by its owner only; half a file is never there. */
export async function writeKeyFile(path: string, file: KeyFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const fresh = `${path}.${randomBytes(4).toString('hex')}`
  await writeFile(fresh, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  await rename(fresh, path)
}

function parse(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
  } catch {
    return {}
  }
}

const ALGORITHMS = ['EdDSA', 'ES256', 'RS256', 'HS256'] as const satisfies readonly Algorithm[]
const KINDS = ['launch', 'api'] as const

function readFields(fields: JsonObject): KeyFile | null {
  const { merchantId, merchantName, kid, issuer, privateJwk } = fields
  const algorithm = ALGORITHMS.find((word) => word === fields.algorithm)
  const kinds = readList(fields.kinds, (item) => KINDS.find((word) => word === item) ?? null)
  const scopes = readList(fields.scopes, (item) => (typeof item === 'string' ? item : null))
  const shops = readList(fields.shops, readShop)
  if (typeof merchantId !== 'string' || typeof merchantName !== 'string' || typeof kid !== 'string')
    return null
  if (typeof issuer !== 'string' || algorithm === undefined || !isJwk(privateJwk)) return null
  if (kinds === null || scopes === null || shops === null) return null
  return { merchantId, merchantName, kid, algorithm, privateJwk, issuer, kinds, scopes, shops }
}

function readList<T>(value: unknown, read: (item: unknown) => T | null): T[] | null {
  if (!Array.isArray(value)) return null
  const items = value.map(read).filter((item) => item !== null)
  return items.length === value.length ? items : null
}

function readShop(value: unknown): KeyFile['shops'][number] | null {
  if (typeof value !== 'object' || value === null) return null
  const { code, id, name }: JsonObject = { ...value }
  if (typeof code !== 'string' || typeof id !== 'string' || typeof name !== 'string') return null
  return { code, id, name }
}

/** Its numbers are checked where it is imported. */
function isJwk(value: unknown): value is JWK {
  return typeof value === 'object' && value !== null && 'kty' in value && typeof value.kty === 'string'
}
