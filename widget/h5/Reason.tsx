import type { OrderView } from '../../server/contract/orders.ts'
import { formatDate } from '../i18n/format.ts'
import { useWords, wordsOf } from '../i18n/locale.tsx'
import type { Locale, Texts } from '../i18n/texts.ts'
import { Button } from '../ui/Button.tsx'
import { Card } from '../ui/Card.tsx'
import { AskService } from './AskService.tsx'
import { useFlow } from './flow-context.ts'

type ReasonWords = { heading: string; detail: string }

/** 为什么不能开 (F1) in words: one heading, one sentence with its date; null for an order that can be. */
export function wordsForReason(
  texts: Texts,
  locale: Locale,
  { invoiceability }: Pick<OrderView, 'invoiceability'>,
): ReasonWords | null {
  const { code, at, invoice } = invoiceability
  if (code === null) return null
  const known = Object.entries(texts.reasons).find(([name]) => name === code)?.[1]
  if (known === undefined) return { heading: wordsOf(texts, code, ''), detail: '' }
  const date = at === null ? null : formatDate(at, locale)
  const isMerged = code === 'order_merged_invoiced'
  return { heading: known.heading, detail: known.detail(isMerged ? (invoice?.number ?? null) : date) }
}

/** Why this order cannot be invoiced, and the one next thing to do. */
export function Reason({ order }: { order: OrderView }) {
  const { steps } = useFlow()
  const { texts, locale } = useWords()
  const words = wordsForReason(texts, locale, order)
  const { invoice } = order.invoiceability
  return (
    <Card>
      <div class="stack-tight">
        <h2>{words?.heading}</h2>
        {words?.detail && <p>{words.detail}</p>}
      </div>
      {invoice !== null && (
        <Button kind="primary" onClick={() => steps.push({ at: 'invoice', invoiceId: invoice.id })}>
          {texts.actions.download}
        </Button>
      )}
      {order.invoiceability.nextAction === 'contact_service' && (
        <AskService
          orderId={order.id}
          isLate={order.invoiceability.code === 'order_deadline_passed'}
          kind="primary"
        />
      )}
    </Card>
  )
}
