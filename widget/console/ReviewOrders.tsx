import type { ReviewItem } from '../../server/contract/reviews.ts'
import type { Client } from '../api/client.ts'
import { getOrder } from '../api/get-order.ts'
import { useConsoleTexts } from '../i18n/console.ts'
import { useWords } from '../i18n/locale.tsx'
import { Card } from '../ui/Card.tsx'
import { OrderContents } from '../ui/OrderContents.tsx'
import { Loaded } from './Loaded.tsx'
import { useRead } from './use-read.ts'

/** The orders behind an item, each with its lines and its ladder, as they are now. */
export function ReviewOrders({ client, orders }: { client: Client; orders: ReviewItem['orders'] }) {
  return (
    <div class="stack">
      {orders.map(({ orderId, number }) => (
        <ReviewOrder key={orderId} client={client} orderId={orderId} number={number} />
      ))}
    </div>
  )
}

function ReviewOrder({ client, orderId, number }: { client: Client; orderId: string; number: string }) {
  const { texts } = useWords()
  const words = useConsoleTexts()
  const read = useRead(() => getOrder(client.call, orderId), orderId)
  return (
    <Card>
      <div class="order-head">
        <h2>
          {words.order} <span class="digits">{number}</span>
        </h2>
        {read.value !== null && <span class="badge badge-plain">{texts.orderStates[read.value.state]}</span>}
      </div>
      <Loaded read={read}>{(order) => <OrderContents order={order} />}</Loaded>
    </Card>
  )
}
