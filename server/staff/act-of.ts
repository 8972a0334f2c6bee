import { type AuditAct, recordAudit } from '../audit/record.ts'
import type { Tx } from '../database/database.ts'
import type { Staff } from './staff.ts'

/** What an account did, or what was tried in its name. */
export function actOf(
  { id, merchantId }: Pick<Staff, 'id' | 'merchantId'>,
  act: string,
  facts: AuditAct['facts'] = {},
): AuditAct {
  return { merchantId, actor: { kind: 'staff', id }, act, object: `staff:${id}`, facts }
}

/** What was wrong, and that it was the last try before the lock. */
export async function recordRefusal(
  { now }: { now(): Date },
  tx: Tx,
  staff: Pick<Staff, 'id' | 'merchantId'>,
  { act, reason, isLast }: { act: string; reason: string; isLast: boolean },
): Promise<void> {
  await recordAudit(tx, now(), actOf(staff, act, { reason }))
  if (isLast) await recordAudit(tx, now(), actOf(staff, 'staff.locked'))
}
