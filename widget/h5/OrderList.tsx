import { useEffect, useState } from 'preact/hooks'
import type { OrderView } from '../../server/contract/orders.ts'
import { listOrders } from '../api/list-orders.ts'
import { ApiProblem, type FieldFault } from '../api/problems.ts'
import { formatFen } from '../i18n/format.ts'
import { useLaterTexts } from '../i18n/later.ts'
import { describeFailure, useWords, wordsOf } from '../i18n/locale.tsx'
import type { Texts } from '../i18n/texts.ts'
import { Button } from '../ui/Button.tsx'
import { Money } from '../ui/Money.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { Failure } from './Failure.tsx'
import { useFlow } from './flow-context.ts'
import { MergeNotes } from './MergeNotes.tsx'
import { faultyOrder, type Merge, useMerge } from './merge.model.ts'
import { wordsForReason } from './Reason.tsx'
import { useTitleParts } from './use-title-parts.ts'

/** The orders of a buyer; one that cannot be invoiced says why, in its place. */
export function OrderList() {
  const { client, orders } = useFlow()
  const { texts } = useWords()
  const [items, setItems] = useState<readonly OrderView[] | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const [round, setRound] = useState(0)

  useEffect(() => {
    let isGone = false
    listOrders(client.call).then(
      (found) => {
        for (const order of found) orders.set(order.id, order)
        if (!isGone) setItems(found)
      },
      (cause: unknown) => {
        if (!isGone) setFailure(cause)
      },
    )
    return () => {
      isGone = true
    }
  }, [client, orders, round])

  // The form opens without a wait after this list: its kept titles shall not push it down then.
  useTitleParts()

  const retry = () => {
    setFailure(null)
    setRound((count) => count + 1)
  }
  if (failure !== null) return <Failure cause={failure} onRetry={retry} />
  if (items === null) return <Skeleton label={texts.flow.loading} />
  return <Choices items={items} />
}

/** One order is opened by its row; several are ticked and go on one invoice (P4). */
function Choices({ items }: { items: readonly OrderView[] }) {
  const { steps } = useFlow()
  const { texts } = useWords()
  const words = useLaterTexts()
  const [ticked, setTicked] = useState<readonly string[]>([])
  const open = items.filter(({ invoiceability }) => invoiceability.isInvoiceable).map(({ id }) => id)
  const orderIds = open.filter((id) => ticked.includes(id)) // One that moved on is no longer chosen.
  const merge = useMerge(orderIds)
  const toggle = (id: string) =>
    setTicked(ticked.includes(id) ? ticked.filter((each) => each !== id) : [...ticked, id])
  return (
    <div class="stack">
      <div>
        <h1 tabIndex={-1}>{texts.flow.ordersHeading}</h1>
        {open.length > 1 && <p class="muted">{words.mergeHint}</p>}
      </div>
      {items.length === 0 && <p class="muted">{texts.flow.ordersEmpty}</p>}
      <ul class="stack-tight">
        {items.map((order) => (
          <li key={order.id} class={open.length > 1 ? 'pick' : undefined}>
            {open.length > 1 && (
              <label class="pick-box">
                <input
                  type="checkbox"
                  aria-label={words.mergePick(order.number)}
                  disabled={!open.includes(order.id)}
                  checked={orderIds.includes(order.id)}
                  onChange={() => toggle(order.id)}
                />
              </label>
            )}
            <OrderChoice order={order} fault={faultAt(texts, merge, { orderIds, orderId: order.id })} />
          </li>
        ))}
      </ul>
      {orderIds.length > 1 && (
        <MergeBar
          merge={merge}
          count={orderIds.length}
          onMerge={() => steps.push({ at: 'merge', orderIds })}
        />
      )}
    </div>
  )
}

type Of = { orderIds: readonly string[]; orderId: string }

/** Why this one does not fit among the others (F25). */
function faultAt(texts: Texts, merge: Merge, { orderIds, orderId }: Of): string | null {
  const fault = faultsOf(merge).find(({ field }) => faultyOrder(field, orderIds) === orderId)
  return fault ? wordsOf(texts, fault.code, fault.detail) : null
}

function faultsOf(merge: Merge): readonly FieldFault[] {
  if (merge.kind === 'shown') return merge.preview.errors
  return merge.kind === 'failed' && merge.cause instanceof ApiProblem ? merge.cause.errors : []
}

/** The sum of what is ticked, from the server, and the way on. */
function MergeBar({ merge, count, onMerge }: { merge: Merge; count: number; onMerge(): void }) {
  const { texts } = useWords()
  const words = useLaterTexts()
  const preview = merge.kind === 'shown' ? merge.preview : null
  const isGood = preview !== null && preview.errors.length === 0
  const [fault] = faultsOf(merge)
  return (
    <section class="card merge-bar" aria-live="polite">
      <div class="total">
        <span class="muted">{words.mergeTotal(count)}</span>
        {preview === null ? <span class="skeleton skeleton-sum" /> : <Money fen={preview.grossFen} />}
      </div>
      <p class="muted">{preview === null ? '\u00a0' : words.mergeTax(formatFen(preview.taxFen))}</p>
      {preview !== null && <MergeNotes preview={preview} orderCount={count} />}
      {fault !== undefined && (
        <Notice kind="error">{wordsOf(texts, 'orders_not_mergeable', fault.detail)}</Notice>
      )}
      {merge.kind === 'failed' && fault === undefined && (
        <Notice kind="error">{describeFailure(texts, merge.cause)}</Notice>
      )}
      <Button kind="primary" isBusy={merge.kind === 'asking'} isOff={!isGood} onClick={onMerge}>
        {words.mergeButton(count)}
      </Button>
    </section>
  )
}

function OrderChoice({ order, fault }: { order: OrderView; fault: string | null }) {
  const { steps } = useFlow()
  const { texts, locale } = useWords()
  const { nextAction, code } = order.invoiceability
  // Nothing to do there, not even to ask: the reason is all there is to say.
  const isClosed = nextAction === 'none' || nextAction === 'pay_order'
  const reason = wordsForReason(texts, locale, order)
  const isMerged = code === 'order_merged_invoiced'
  return (
    <button
      type="button"
      class="choice"
      disabled={isClosed}
      onClick={() => steps.push({ at: 'order', orderId: order.id })}
    >
      <span>
        <span class="digits">{order.number}</span>
        <br />
        <span class="muted">
          {reason === null ? order.lines[0]?.title : isMerged ? reason.detail : reason.heading}
        </span>
        {fault !== null && <span class="field-error">{fault}</span>}
      </span>
      <Money fen={order.invoiceability.isInvoiceable ? order.ladder.invoiceableFen : order.ladder.paidFen} />
    </button>
  )
}
