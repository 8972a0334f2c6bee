import type { SessionView } from '../../server/contract/sessions.ts'
import type { Client } from '../api/client.ts'
import { exchangeLaunch } from '../api/exchange-launch.ts'
import { listOrders } from '../api/list-orders.ts'
import { firstStep } from '../h5/CustomerFlow.tsx'
import type { Step } from '../h5/steps.ts'
import type { HostPage } from './connect-page.ts'
import type { FrameView } from './wire.ts'

/** A session for a token of the host page, or null when the page has none to give. */
export async function openSession({ bareCall }: Client, page: HostPage): Promise<SessionView | null> {
  const token = await page.askForToken()
  return token === null ? null : exchangeLaunch(bareCall, token, page.origin)
}

/** The order that the page names, if it is among the session's; else the list, or the only one there is. */
export async function chooseStep(
  { call }: Pick<Client, 'call'>,
  session: SessionView,
  { orderNo, mode }: Pick<FrameView, 'orderNo' | 'mode'>,
): Promise<Step> {
  if (orderNo !== null) {
    const named = (await listOrders(call)).find(({ number }) => number === orderNo.trim())
    if (named !== undefined) return { at: 'order', orderId: named.id }
  }
  return mode === 'list' && session.orderIds.length > 0 ? { at: 'orders' } : firstStep(session)
}
