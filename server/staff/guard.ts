import { Problem } from '../contract/problem.ts'
import type { Database, Tx } from '../database/database.ts'
import { networkOf } from '../orders/proof-guard.ts'
import type { Vault } from '../privacy/vault.ts'
import { findLock, forgetTries, giveBackTry, type TryRule, takeTry } from './guard.store.ts'

const MINUTE_MS = 60_000

/** S0-54: five wrong ones lock a name. Behind one address may sit a whole office, so it gets more. */
export const STAFF_RULES: { readonly login: TryRule; readonly address: TryRule } = {
  login: { tries: 5, lockMs: 15 * MINUTE_MS, forgetAfterMs: 60 * MINUTE_MS },
  address: { tries: 40, lockMs: 15 * MINUTE_MS, forgetAfterMs: 15 * MINUTE_MS },
}

type Key = Uint8Array<ArrayBuffer>

export type StaffGuard = {
  /** Counts a try of a name, before it is looked at. Refuses with `staff_locked`, for names that exist and others. */
  take(loginIndex: Key, address: string | null): Promise<{ isLast: boolean }>
  /** It was right: the count starts again. */
  clear(tx: Tx, loginIndex: Key, address: string | null): Promise<void>
  /** It was right, and only half of what is asked: this one try does not count, and those before it do. */
  giveBack(loginIndex: Key, address: string): Promise<void>
  lockedUntil(tx: Tx | Database, loginIndex: Key): Promise<Date | null>
}

type Deps = { database: Database; vault: Vault; now: () => Date }

/** Counting stands outside the caller's transaction: a refusal must not roll it back. */
export function createStaffGuard({ database, vault, now }: Deps): StaffGuard {
  const addressKey = (address: string) => vault.index('server', 'staff guard address', networkOf(address))

  async function take(key: Key, rule: TryRule): Promise<{ isLast: boolean }> {
    const taken = await takeTry(database, now(), key, rule)
    if (taken.kind === 'taken') return taken
    const retryAfter = Math.max(1, Math.ceil((taken.until.getTime() - now().getTime()) / 1000))
    throw new Problem('staff_locked', { retryAfter, nextAction: 'ask_shop_admin' })
  }

  return {
    async take(loginIndex, address) {
      if (address !== null) await take(addressKey(address), STAFF_RULES.address)
      return take(loginIndex, STAFF_RULES.login)
    },
    async clear(tx, loginIndex, address) {
      await forgetTries(tx, loginIndex)
      if (address !== null) await giveBackTry(tx, addressKey(address))
    },
    async giveBack(loginIndex, address) {
      await giveBackTry(database, loginIndex)
      await giveBackTry(database, addressKey(address))
    },
    lockedUntil: (tx, loginIndex) => findLock(tx, now(), loginIndex),
  }
}
