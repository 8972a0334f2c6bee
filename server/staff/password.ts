import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'

type Cost = { readonly memoryKib: number; readonly passes: number; readonly lanes: number }

/** 46 MiB in one pass (OWASP's first row for Argon2id); stored with each hash. */
const COST: Cost = { memoryKib: 47_104, passes: 1, lanes: 1 }
const SALT_BYTES = 16
const HASH_BYTES = 32

/** Longer than any password manager's default; bounds what one try costs. */
export const PASSWORD_MAX_CHARS = 200

/**
 * `$argon2id$v=19$m=…,t=…,p=…$salt$hash` (the PHC form): what it takes to check it again, whatever the
 * cost is by then.
 */
export async function hashPassword(password: string, cost: Cost = COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await derive(password, salt, cost)
  const { memoryKib, passes, lanes } = cost
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${encode(salt)}$${encode(hash)}`
}

/** Throws where the stored text is no hash of ours: a row somebody wrote by hand lets nobody in. */
export async function isPassword(password: string, stored: string): Promise<boolean> {
  const [, memory, passes, lanes, salt, hash] =
    /^\$argon2id\$v=19\$m=(\d{2,7}),t=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/.exec(
      stored,
    ) ?? []
  if (salt === undefined || hash === undefined) throw new Error('a stored password hash is not readable')
  const cost = { memoryKib: Number(memory), passes: Number(passes), lanes: Number(lanes) }
  return timingSafeEqual(
    await derive(password, Buffer.from(salt, 'base64'), cost),
    Buffer.from(hash, 'base64'),
  )
}

/** Base64 without padding, as PHC strings have it. */
const encode = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')

/** Two ways to type one character (Unicode forms) are one password. */
function derive(password: string, salt: Buffer, { memoryKib, passes, lanes }: Cost): Promise<Buffer> {
  const message = password.normalize('NFKC')
  const parameters = {
    message,
    nonce: salt,
    memory: memoryKib,
    passes,
    parallelism: lanes,
    tagLength: HASH_BYTES,
  }
  return new Promise((resolve, reject) => {
    argon2('argon2id', parameters, (error, key) => (error === null ? resolve(key) : reject(error)))
  })
}
