import type { OrderView } from '../../server/contract/orders.ts'
import { formatDate } from '../i18n/format.ts'
import { useWords } from '../i18n/locale.tsx'
import { Card, Facts } from '../ui/Card.tsx'
import { Money } from '../ui/Money.tsx'
import { OrderDetails } from '../ui/OrderDetails.tsx'

/** The order a form is for: nothing to type, the buyer masked, the sums one tap away. */
export function OrderCard({ order }: { order: OrderView }) {
  const { texts, locale } = useWords()
  const words = texts.flow
  const { selfServiceUntil, isInvoiceable } = order.invoiceability
  const buyer = [order.buyer.name, order.buyer.phone].filter(Boolean).join(' ')
  return (
    <Card>
      <div class="total">
        <span class="muted">{isInvoiceable ? texts.ladder.invoiceable : texts.ladder.paid}</span>
        <Money fen={isInvoiceable ? order.ladder.invoiceableFen : order.ladder.paidFen} />
      </div>
      <Facts
        items={[
          { name: words.order, value: <span class="digits">{order.number}</span> },
          { name: words.buyer, value: buyer },
          { name: words.orderTime, value: order.orderedAt && formatDate(order.orderedAt, locale) },
        ]}
      />
      <OrderDetails order={order} />
      {isInvoiceable && selfServiceUntil !== null && (
        <p class="muted">{words.until(formatDate(selfServiceUntil, locale))}</p>
      )}
    </Card>
  )
}
