import type { Vault } from '../privacy/vault.ts'
import { openChange } from './change.store.ts'
import { correctAmount } from './correct-amount.ts'
import type { PlanFacts } from './plan-reissue.ts'
import type { Reissue } from './reissue.store.ts'
import { liveShares } from './standing-blue.ts'

/** Would the same decision give the same documents now? Other amounts are another plan. */
export async function stillFits(
  { vault }: { vault: Vault },
  reissue: Reissue,
  { blue, excess, terms }: PlanFacts,
): Promise<boolean> {
  const { method, reason } = reissue
  const change = await openChange(vault, reissue)
  const live = liveShares(blue)
  if (live.length === 0 || (method === 'partial_red' && excess.length === 0)) return false
  const { red, rest } = correctAmount(blue, {
    ...{ method, reason, excess, decimals: terms.capabilities.decimals },
  })
  return red.grossFen === change.red.grossFen && (rest?.grossFen ?? 0n) === (change.blue?.grossFen ?? 0n)
}
