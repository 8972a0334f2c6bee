import type { OrderView } from '../../server/contract/orders.ts'
import type { Client } from '../api/client.ts'
import { formatFen } from '../i18n/format.ts'
import { useWords } from '../i18n/locale.tsx'
import { useSidebarTexts } from '../i18n/sidebar.ts'
import { Card } from '../ui/Card.tsx'
import { OrderDetails } from '../ui/OrderDetails.tsx'
import { BuyerReveal } from './BuyerReveal.tsx'

/** Shop, masked buyer and what can be invoiced, at a glance; lines and the whole ladder one key away. */
export function AgentOrderCard({ client, order }: { client: Client; order: OrderView }) {
  const { texts } = useWords()
  const words = useSidebarTexts()
  const { ladder } = order
  return (
    <Card>
      <div class="order-head">
        <b class="digits">{order.number}</b>
        <span class="badge badge-plain">{texts.orderStates[order.state]}</span>
        <span class="muted">{order.shopName}</span>
      </div>
      <p class="rungs">
        {texts.ladder.paid} {formatFen(ladder.paidFen)} − {texts.ladder.refunded}{' '}
        {formatFen(ladder.refundedFen)}
        {ladder.claimedFen !== 0 && ` − ${texts.ladder.claimed} ${formatFen(ladder.claimedFen)}`} ={' '}
        <b class="money">
          {words.invoiceable} {formatFen(ladder.invoiceableFen)}
        </b>
      </p>
      <BuyerReveal client={client} orderId={order.id} buyer={order.buyer} />
      <OrderDetails order={order} />
    </Card>
  )
}
