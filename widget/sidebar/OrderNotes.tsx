import type { OrderView } from '../../server/contract/orders.ts'
import { formatFen } from '../i18n/format.ts'
import { useSidebarTexts } from '../i18n/sidebar.ts'
import { Notice } from '../ui/Notice.tsx'

/** What a refund means for an order that has its invoice (S0-30): nothing yet, or an amount too high. */
export function OrderNotes({ order }: { order: OrderView }) {
  const words = useSidebarTexts()
  const hasInvoice = order.invoices.length > 0
  return (
    <>
      {order.stale !== null && (
        <Notice kind="warn">
          <p>
            <b>{words.stale(formatFen(order.stale.excessFen))}</b>
          </p>
          <p>{words.staleNext}</p>
        </Notice>
      )}
      {order.hasOpenRefund && hasInvoice && <Notice>{words.refundOpen}</Notice>}
    </>
  )
}
