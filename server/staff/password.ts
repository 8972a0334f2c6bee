import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

type Cost = { readonly logN: number; readonly r: number; readonly p: number }

/** 32 MiB and about a tenth of a second on a small server (OWASP's middle row); stored with each hash. */
const COST: Cost = { logN: 15, r: 8, p: 3 }
const SALT_BYTES = 16
const HASH_BYTES = 32

/** Longer than any password manager's default; bounds what one try costs. */
export const PASSWORD_MAX_CHARS = 200

/** `scrypt$logN$r$p$salt$hash`: what it takes to check it again, whatever the cost is by then. */
export async function hashPassword(password: string, cost: Cost = COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await derive(password, salt, cost)
  return `scrypt$${cost.logN}$${cost.r}$${cost.p}$${salt.toString('base64url')}$${hash.toString('base64url')}`
}

/** Throws where the stored text is no hash of ours: a row somebody wrote by hand lets nobody in. */
export async function isPassword(password: string, stored: string): Promise<boolean> {
  const [, logN, r, p, salt, hash] =
    /^scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([\w-]{16,})\$([\w-]{43})$/.exec(stored) ?? []
  if (salt === undefined || hash === undefined) throw new Error('a stored password hash is not readable')
  const cost = { logN: Number(logN), r: Number(r), p: Number(p) }
  return timingSafeEqual(
    await derive(password, Buffer.from(salt, 'base64url'), cost),
    Buffer.from(hash, 'base64url'),
  )
}

/** Two ways to type one character (Unicode forms) are one password. */
function derive(password: string, salt: Buffer, { logN, r, p }: Cost): Promise<Buffer> {
  const options = { N: 2 ** logN, r, p, maxmem: 256 * 1024 * 1024 }
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, HASH_BYTES, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    )
  })
}
