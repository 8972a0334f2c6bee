import { isIPv6 } from 'node:net'
import { Problem } from '../contract/problem.ts'
import type { Database } from '../database/database.ts'
import type { Vault } from '../privacy/vault.ts'
import { LOOK_UP_ALARM } from './look-up-alarm.ts'
import { countedFailures, nextQuarter } from './look-up-burst.store.ts'
import { type BlockedUntil, forgetTries, giveBackTry, type TryRule, takeTry } from './proof-guard.store.ts'

export type ProofRules = {
  /** Of one order number of one shop, whoever tries. */
  readonly order: TryRule
  /** Of one person at one address of one shop: who guesses is stopped before the neighbours are. */
  readonly device: TryRule
  /** Of one address at one shop, whoever tries there and whatever number. */
  readonly address: TryRule
  /** Tries of a device and of an address while the shop's look-ups fail in a burst. */
  readonly inBurst: { readonly device: number; readonly address: number }
}

const MINUTE_MS = 60_000

/** facts/trust.md §4. Behind one address may sit a whole office, so it gets more. */
export const PROOF_RULES: ProofRules = {
  order: { tries: 5, coolDownMs: 15 * MINUTE_MS, forgetAfterMs: 60 * MINUTE_MS },
  device: { tries: 10, coolDownMs: 15 * MINUTE_MS, forgetAfterMs: 15 * MINUTE_MS },
  address: { tries: 40, coolDownMs: 15 * MINUTE_MS, forgetAfterMs: 15 * MINUTE_MS },
  inBurst: { device: 3, address: 10 },
}

export type Tried = {
  readonly merchantId: string
  readonly shopId: string
  readonly number: string
  readonly address: string
  /** The person's name in the session, or the session itself where a poster is everybody's name. */
  readonly person: string
}

export type ProofGuard = {
  /** Counts the try. Refuses with `proof_cooldown`, for numbers that exist and numbers that do not. */
  take(tried: Tried): Promise<void>
  /** The proof was right. */
  clear(tried: Tried): Promise<void>
}

type Deps = { database: Database; vault: Vault; now: () => Date }

/**
 * Wrong proofs are counted per person at an address, per address and per order number, for all processes
 * together. Counting stands outside the caller's transaction: a refusal must not roll it back. Rows hold keyed
 * hashes, so the table does not say which numbers or addresses were tried.
 */
export function createProofGuard(
  { database, vault, now }: Deps,
  rules: ProofRules = PROOF_RULES,
): ProofGuard {
  const keysOf = ({ merchantId, shopId, number, address, person }: Tried) => {
    const network = networkOf(address)
    return {
      order: vault.index(merchantId, 'proof guard order', `${shopId}\n${number}`),
      device: vault.index(merchantId, 'proof guard device', `${shopId}\n${person}\n${network}`),
      address: vault.index(merchantId, 'proof guard address', `${shopId}\n${network}`),
    }
  }

  /** Who is stopped by a narrower bound does not count against the wider one, nor against orders of others. */
  async function takeAll(at: Date, tried: Tried): Promise<BlockedUntil> {
    const failures = await countedFailures(database, at, tried)
    if (failures >= LOOK_UP_ALARM.closed) return nextQuarter(at)
    const keys = keysOf(tried)
    const { device, address } =
      failures < LOOK_UP_ALARM.burst
        ? rules
        : {
            device: { ...rules.device, tries: rules.inBurst.device },
            address: { ...rules.address, tries: rules.inBurst.address },
          }
    return (
      (await takeTry(database, at, keys.device, device)) ??
      (await takeTry(database, at, keys.address, address)) ??
      (await takeTry(database, at, keys.order, rules.order))
    )
  }

  return {
    async take(tried) {
      const at = now()
      const blockedUntil = await takeAll(at, tried)
      if (blockedUntil !== null)
        throw new Problem('proof_cooldown', { retryAfter: secondsUntil(blockedUntil, at) })
    },
    async clear(tried) {
      const keys = keysOf(tried)
      await giveBackTry(database, keys.device)
      await giveBackTry(database, keys.address)
      await forgetTries(database, keys.order)
    },
  }
}

/** At least one: 0 would say "at once". */
export function secondsUntil(until: Date, at: Date): number {
  return Math.max(1, Math.ceil((until.getTime() - at.getTime()) / 1000))
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
