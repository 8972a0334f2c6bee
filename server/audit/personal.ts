import { randomBytes } from 'node:crypto'
import type { Vault } from '../privacy/vault.ts'
import type { AuditFacts } from './record.ts'

/** One for each entry: the same value looks different in every one. */
export function newSalt(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(randomBytes(32))
}

type Hiding = { merchantId: string; salt: Uint8Array }

/**
 * Personal values as they may stand in an entry: keyed hashes that tell whether two values differ. Who has
 * the database without the keys cannot guess them, and without the salt nobody can. None stays none.
 */
export function hidePersonal<F extends string>(
  vault: Pick<Vault, 'index'>,
  { merchantId, salt }: Hiding,
  fields: readonly F[],
  values: Readonly<Partial<Record<F, string | null>>>,
): AuditFacts {
  const salted = Buffer.from(salt).toString('hex')
  const hide = (value: string) =>
    Buffer.from(vault.index(merchantId, 'audit', `${salted} ${value}`)).toString('base64url')
  return Object.fromEntries(
    fields.map((field) => {
      const value = values[field] ?? null
      return [field, value === null ? null : hide(value)]
    }),
  )
}
