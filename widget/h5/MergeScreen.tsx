import { useEffect, useState } from 'preact/hooks'
import type { OrderView } from '../../server/contract/orders.ts'
import { listOrders } from '../api/list-orders.ts'
import { formatFen } from '../i18n/format.ts'
import { useLaterTexts } from '../i18n/later.ts'
import { useWords } from '../i18n/locale.tsx'
import { Card } from '../ui/Card.tsx'
import { Money } from '../ui/Money.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { AskForm } from './AskForm.tsx'
import { AskService } from './AskService.tsx'
import { Failure } from './Failure.tsx'
import { useFlow } from './flow-context.ts'
import { MergeNotes } from './MergeNotes.tsx'
import { useMerge } from './merge.model.ts'

/** One title for several orders (F25). A reload finds the orders again by their ids. */
export function MergeScreen({ orderIds }: { orderIds: readonly string[] }) {
  const { texts } = useWords()
  const words = useLaterTexts()
  const { items, failure, again } = useOrders(orderIds)
  const merge = useMerge(orderIds)
  if (failure !== null) return <Failure cause={failure} onRetry={again} />
  if (items === null) return <Skeleton label={texts.flow.loading} />
  const preview = merge.kind === 'shown' ? merge.preview : null
  return (
    <div class="stack">
      <h1 tabIndex={-1}>{words.mergeHeading}</h1>
      <Card>
        <div class="total">
          <span class="muted">{words.mergeTotal(items.length)}</span>
          {preview === null ? <span class="skeleton skeleton-sum" /> : <Money fen={preview.grossFen} />}
        </div>
        <ul class="lines">
          {items.map((order) => (
            <li key={order.id}>
              <span class="digits">{order.number}</span>
              <Money fen={order.ladder.invoiceableFen} />
            </li>
          ))}
        </ul>
        <p class="muted">{preview === null ? ' ' : words.mergeTax(formatFen(preview.taxFen))}</p>
        {preview !== null && <MergeNotes preview={preview} orderCount={items.length} />}
      </Card>
      <AskForm orderIds={orderIds} hint={items[0]?.titleHint ?? null} isAgain={false} />
      <AskService orderId={orderIds[0] ?? null} kind="quiet" />
    </div>
  )
}

function useOrders(orderIds: readonly string[]) {
  const { client, orders } = useFlow()
  const known = () => {
    const found = orderIds.flatMap((id) => orders.get(id) ?? [])
    return found.length === orderIds.length ? found : null
  }
  const [items, setItems] = useState<readonly OrderView[] | null>(known)
  const [failure, setFailure] = useState<unknown>(null)
  const [round, setRound] = useState(0)
  useEffect(() => {
    if (items !== null) return
    let isGone = false
    listOrders(client.call).then(
      (found) => {
        for (const order of found) orders.set(order.id, order)
        if (!isGone) setItems(known() ?? [])
      },
      (cause: unknown) => !isGone && setFailure(cause),
    )
    return () => {
      isGone = true
    }
  }, [client, round])
  const again = () => {
    setFailure(null)
    setRound((count) => count + 1)
  }
  return { items, failure, again }
}
