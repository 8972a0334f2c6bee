import { type Actor, recordAudit } from '../audit/record.ts'
import type { Database, Tx } from '../database/database.ts'
import { countFailure, type LookUpBurst, type LookUpPlace, listBursts } from './look-up-burst.store.ts'

/**
 * Failed look-ups of one shop in a quarter of an hour. A shop with 10,000 look-ups a day of which every twentieth
 * fails sees five; a script at one address is past thirty before it is stopped. From `burst` on somebody is told
 * (S0-52) and the shop's proofs are stricter; at `closed` the shop takes no proofs until the quarter is over.
 */
export const LOOK_UP_ALARM = { burst: 30, closed: 1_000 } as const

/** How long an alert stands in the list of exceptions. */
const SHOWN_MS = 24 * 3_600_000

/** Counts it, and writes the alert into the log when it becomes one. */
export async function reportFailure(
  { database, now }: { database: Database; now: () => Date },
  place: LookUpPlace,
  actor: Actor,
): Promise<void> {
  const failures = await countFailure(database, now(), place)
  if (failures !== LOOK_UP_ALARM.burst) return
  await recordAudit(database, now(), {
    merchantId: place.merchantId,
    actor,
    act: 'look_up.alarm_raised',
    object: place.shopId === null ? `merchant:${place.merchantId}` : `shop:${place.shopId}`,
    facts: { failures },
  })
}

/** The alerts of the last day, oldest first. */
export function listAlarms(tx: Tx | Database, now: Date, place: LookUpPlace): Promise<LookUpBurst[]> {
  const since = new Date(now.getTime() - SHOWN_MS)
  return listBursts(tx, place, { since, atLeast: LOOK_UP_ALARM.burst })
}
