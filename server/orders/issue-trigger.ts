import type { IssueTrigger } from '../contract/merchants.ts'
import type { OrderState } from '../contract/orders.ts'
import { businessDate, startOfBusinessDate } from '../invoicing/business-date.ts'
import type { IssuePolicy } from '../shops/issue-policy.store.ts'

/** Unpaid and cancelled orders are nowhere here: no setting makes them due. */
const REACHED: Readonly<Record<IssueTrigger, readonly OrderState[]>> = {
  on_request: [],
  on_paid: ['paid', 'shipped', 'completed'],
  on_shipped: ['shipped', 'completed'],
  on_completed: ['completed'],
  after_return_window: ['completed'],
}

const DAY_MS = 86_400_000

/**
 * From when on an order is invoiced without anybody asking (X1); null: not in this state. `completedAt` is
 * when it was completed, or first seen so.
 */
export function dueAt(
  { trigger, returnWindowDays }: IssuePolicy,
  order: { readonly state: OrderState; readonly completedAt: Date | null },
  now: Date,
): Date | null {
  if (!REACHED[trigger].includes(order.state)) return null
  if (trigger !== 'after_return_window') return now
  return endOfReturnWindow(order.completedAt ?? now, returnWindowDays)
}

/**
 * 七日无理由退货 counts whole days from the one after the buyer signed: what was signed on the 1st, at
 * whatever hour, can be sent back until the 8th ends.
 */
export function endOfReturnWindow(completedAt: Date, days: number): Date {
  const day = startOfBusinessDate(businessDate(completedAt))
  return new Date(day.getTime() + (days + 1) * DAY_MS)
}
