import type { ReissueOffer } from '../contract/reissues.ts'
import { jsonFen } from '../invoicing/money.ts'
import { findObstacle, leftFor, type PlanFacts } from './plan-reissue.ts'
import type { Reissue } from './reissue.store.ts'
import { isRunning } from './reissue-state.ts'

const TITLE_FIELDS = ['name', 'taxId', 'address', 'phone', 'bankName', 'bankAccount', 'email'] as const

type Offering = {
  facts: PlanFacts
  role: 'agent' | 'customer' | 'merchant'
  /** False: a customer who has proven some of its orders only. */
  isWhole: boolean
  /** Newest first. */
  reissues: readonly Reissue[]
}

/** What stands on an invoice page about correcting it (P6): why not, how often still, and which fields. */
export function offerReissue({ facts, role, isWhole, reissues }: Offering): ReissueOffer {
  const { invoice, excess, orders, caps, used } = facts
  const left = leftFor(role, caps, used)
  const obstacle = findObstacle(invoice) ?? (isWhole ? null : 'reissue_not_possible')
  return {
    code: obstacle ?? (left === 0 ? 'reissue_limit_reached' : null),
    left,
    fields: role === 'customer' ? [...TITLE_FIELDS] : ['kind', ...TITLE_FIELDS],
    reissueId: (reissues.find(isRunning) ?? reissues[0])?.id ?? null,
    stale: obstacle === null ? findStaleness(excess, orders) : null,
  }
}

function findStaleness(excess: PlanFacts['excess'], orders: PlanFacts['orders']): ReissueOffer['stale'] {
  if (excess.length === 0) return null
  const excessFen = excess.reduce((sum, { amountFen }) => sum + amountFen, 0n)
  const instants = orders
    .filter(({ id }) => excess.some(({ orderId }) => orderId === id))
    .flatMap(({ refunds, paidAt }) => [...refunds.map(({ completedAt }) => completedAt), paidAt])
    .flatMap((at) => (at == null ? [] : [at.getTime()]))
  return { excessFen: jsonFen(excessFen), since: new Date(Math.max(0, ...instants)).toISOString() }
}
