import { ISSUE_TRIGGERS, type IssueTrigger } from '../contract/merchants.ts'
import type { Tx } from '../database/database.ts'

/** When a shop's orders are invoiced without anybody asking (X1). */
export type IssuePolicy = {
  readonly trigger: IssueTrigger
  /** Whole days in Shanghai after the day of completion; for `after_return_window`. */
  readonly returnWindowDays: number
  /** Issues to 个人 where an order came without a title. */
  readonly withoutTitle: boolean
}

/** As it stands now, not as of some seconds ago: a trigger that was turned off makes no invoice. */
export async function findIssuePolicy(tx: Tx, shopId: string): Promise<IssuePolicy> {
  const { issueTrigger, returnWindowDays, issueWithoutTitle } = await tx.shop.findUniqueOrThrow({
    where: { id: shopId },
    select: { issueTrigger: true, returnWindowDays: true, issueWithoutTitle: true },
  })
  return { trigger: readTrigger(issueTrigger), returnWindowDays, withoutTitle: issueWithoutTitle }
}

/** CHECK shop_issue_trigger_known. */
export function readTrigger(text: string): IssueTrigger {
  const trigger = ISSUE_TRIGGERS.find((known) => known === text)
  if (trigger === undefined) throw new Error(`${text} is no trigger`)
  return trigger
}
