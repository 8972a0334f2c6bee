import { isIPv6 } from 'node:net'
import { Problem } from '../contract/problem.ts'
import type { Database } from '../database/database.ts'
import type { Vault } from '../privacy/vault.ts'
import { forgetTries, giveBackTry, type TryRule, takeTry } from './proof-guard.store.ts'

export type ProofRules = {
  /** Of one order number of one shop, whoever tries. */
  order: TryRule
  /** Of one address at one shop, whatever number it tries. */
  address: TryRule
}

const MINUTE_MS = 60_000

/** facts/trust.md §4. Behind one address may sit a whole office, so it gets more. */
export const PROOF_RULES: ProofRules = {
  order: { tries: 5, coolDownMs: 15 * MINUTE_MS, forgetAfterMs: 60 * MINUTE_MS },
  address: { tries: 40, coolDownMs: 15 * MINUTE_MS, forgetAfterMs: 15 * MINUTE_MS },
}

export type Tried = { merchantId: string; shopId: string; number: string; address: string }

export type ProofGuard = {
  /** Counts the try. Refuses with `proof_cooldown`, for numbers that exist and numbers that do not. */
  take(tried: Tried): Promise<void>
  /** The proof was right. */
  clear(tried: Tried): Promise<void>
}

type Deps = { database: Database; vault: Vault; now: () => Date }

/**
 * Wrong proofs are counted per order number and per address, for all processes together. Counting
 * stands outside the caller's transaction: a refusal must not roll it back. Rows hold keyed hashes,
 * so the table does not say which numbers or addresses were tried.
 */
export function createProofGuard(
  { database, vault, now }: Deps,
  rules: ProofRules = PROOF_RULES,
): ProofGuard {
  const keysOf = ({ merchantId, shopId, number, address }: Tried) => ({
    order: vault.index(merchantId, 'proof guard order', `${shopId}\n${number}`),
    address: vault.index(merchantId, 'proof guard address', `${shopId}\n${networkOf(address)}`),
  })

  return {
    async take(tried) {
      const at = now()
      const keys = keysOf(tried)
      // The address first: whoever runs into its bound does not count against orders of others.
      const blockedUntil =
        (await takeTry(database, at, keys.address, rules.address)) ??
        (await takeTry(database, at, keys.order, rules.order))
      if (blockedUntil === null) return
      const retryAfter = Math.max(1, Math.ceil((blockedUntil.getTime() - at.getTime()) / 1000))
      throw new Problem('proof_cooldown', { retryAfter })
    },
    async clear(tried) {
      const keys = keysOf(tried)
      await giveBackTry(database, keys.address)
      await forgetTries(database, keys.order)
    },
  }
}

/** An IPv6 customer owns a /64 and may come from any address of it. */
export function networkOf(address: string): string {
  const bare = address.replace(/%.*$/, '').toLowerCase()
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare)
  if (mapped?.[1] !== undefined) return mapped[1]
  if (!isIPv6(bare)) return bare
  const [head = '', tail = ''] = bare.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === '' ? [] : tail.split(':')
  const zeros = bare.includes('::')
    ? Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0')
    : []
  const groups = [...before, ...zeros, ...after].slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''))
  return `${groups.join(':')}::/64`
}
