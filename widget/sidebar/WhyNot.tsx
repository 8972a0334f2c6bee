import type { OrderView } from '../../server/contract/orders.ts'
import { wordsForReason } from '../h5/Reason.tsx'
import { formatDate } from '../i18n/format.ts'
import { useWords } from '../i18n/locale.tsx'
import { useSidebarTexts } from '../i18n/sidebar.ts'
import { Card, Facts } from '../ui/Card.tsx'
import { Money } from '../ui/Money.tsx'

/** 为什么不能开 (F1): one reason, the single next thing for the agent, and when. */
export function WhyNot({ order }: { order: OrderView }) {
  const { texts, locale } = useWords()
  const words = useSidebarTexts()
  const { nextAction, at } = order.invoiceability
  const reason = wordsForReason(texts, locale, order)
  return (
    <Card>
      <div class="stack-tight" role="status">
        <h2 tabIndex={-1}>{reason?.heading}</h2>
        {/* Elsewhere the next step says the same, to an agent instead of a customer. */}
        {nextAction === 'contact_service' && <p>{reason?.detail}</p>}
      </div>
      <p class="next-step">
        <b>{words.nextStep}</b> {words.nextActions[nextAction](at === null ? null : formatDate(at, locale))}
      </p>
      {order.invoices.length > 0 && (
        <Facts
          items={order.invoices.map(({ number, grossFen }) => ({
            name: number,
            value: <Money fen={grossFen} />,
          }))}
        />
      )}
    </Card>
  )
}
