import { useLayoutEffect } from 'preact/hooks'
import type { OrderView } from '../../server/contract/orders.ts'
import { getOrder } from '../api/get-order.ts'
import { useWords } from '../i18n/locale.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { AskForm } from './AskForm.tsx'
import { AskService } from './AskService.tsx'
import { Failure } from './Failure.tsx'
import { useFlow } from './flow-context.ts'
import { OrderCard } from './OrderCard.tsx'
import { Reason } from './Reason.tsx'
import type { Step } from './steps.ts'
import { useFollowed } from './use-followed.ts'

/** Where an order leads by itself: to its invoice or its running request. Null: it is to be shown. */
export function leadsTo(order: OrderView, anew: ReadonlySet<string>): Step | null {
  const { nextAction, code } = order.invoiceability
  const [invoice] = order.invoices
  // What was wrong is said there, and often it is one field (F9).
  if (order.request?.state === 'rejected' && !anew.has(order.id)) {
    return { at: 'request', requestId: order.request.id }
  }
  // That it is on one invoice with others is to be read first.
  if (code === 'order_merged_invoiced') return null
  if (nextAction === 'download_invoice' && invoice) return { at: 'invoice', invoiceId: invoice.id }
  if (nextAction === 'see_request' && order.request) return { at: 'request', requestId: order.request.id }
  return null
}

/** An order and its form, or why there is none. Never a form for what is already issued. */
export function OrderScreen({ orderId }: { orderId: string }) {
  const { client, orders, steps, anew } = useFlow()
  const { texts } = useWords()
  const { value, failure, again } = useFollowed(client, {
    topic: `order:${orderId}`,
    read: () => getOrder(client.call, orderId),
    isSettled: () => true,
    known: orders.get(orderId) ?? null,
  })
  const onward = value === null ? null : leadsTo(value, anew)

  useLayoutEffect(() => {
    if (value) orders.set(value.id, value)
    if (onward) steps.replace(onward)
  }, [value])

  if (value === null && failure !== null) return <Failure cause={failure} onRetry={again} />
  if (value === null || onward !== null) return <Skeleton label={texts.flow.loading} />
  return (
    <div class="stack">
      <h1 class="unseen" tabIndex={-1}>
        {texts.flow.pageTitle}
      </h1>
      <OrderCard order={value} />
      {value.invoiceability.isInvoiceable ? (
        <>
          <AskForm
            key={orderId}
            orderIds={[orderId]}
            hint={value.titleHint}
            isAgain={value.request?.state === 'rejected'}
          />
          <AskService orderId={orderId} kind="quiet" />
        </>
      ) : (
        <Reason order={value} />
      )}
    </div>
  )
}
