import type { Actor } from '../audit/record.ts'
import { Problem } from '../contract/problem.ts'
import type { Database } from '../database/database.ts'
import type { Vault } from '../privacy/vault.ts'
import { reportFailure } from './look-up-alarm.ts'
import type { LookUpPlace } from './look-up-burst.store.ts'
import { findBlock, type TryRule, takeTry } from './proof-guard.store.ts'
import { networkOf, secondsUntil } from './proof-guard.ts'

/** Staff mistype and paste; sixty numbers that nobody has in a quarter of an hour are not typing errors. */
export const MISS_RULE: TryRule = { tries: 60, coolDownMs: 15 * 60_000, forgetAfterMs: 15 * 60_000 }

export type Miss = LookUpPlace & {
  readonly actor: Actor
  readonly person: string
  readonly address: string
}

export type MissGuard = {
  /** Refuses with `rate_limited` after too many misses, whether or not the next one would be one. */
  assertFree(miss: Miss): Promise<void>
  /** Staff asked for a number that the merchant does not have. */
  count(miss: Miss): Promise<void>
}

/** Staff may look at every order of their merchant, so what counts is how often there is none. */
export function createMissGuard(
  { database, vault, now }: { database: Database; vault: Vault; now: () => Date },
  rule: TryRule = MISS_RULE,
): MissGuard {
  const keyOf = ({ merchantId, person, address }: Miss) =>
    vault.index(merchantId, 'order look-up misses', `${person}\n${networkOf(address)}`)
  return {
    async assertFree(miss) {
      const at = now()
      const blockedUntil = await findBlock(database, at, keyOf(miss))
      if (blockedUntil !== null)
        throw new Problem('rate_limited', { retryAfter: secondsUntil(blockedUntil, at) })
    },
    async count(miss) {
      await takeTry(database, now(), keyOf(miss), rule)
      await reportFailure({ database, now }, miss, miss.actor)
    },
  }
}
