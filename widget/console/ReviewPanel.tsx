import { useEffect, useRef } from 'preact/hooks'
import type { ReviewItem } from '../../server/contract/reviews.ts'
import type { Client } from '../api/client.ts'
import { useConsoleTexts } from '../i18n/console.ts'
import { formatTime } from '../i18n/format.ts'
import { useWords } from '../i18n/locale.tsx'
import { Button } from '../ui/Button.tsx'
import { Card, Facts } from '../ui/Card.tsx'
import { Money } from '../ui/Money.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Decide } from './Decide.tsx'
import { DueBadge } from './DueBadge.tsx'
import { ReissueSheet } from './ReissueSheet.tsx'
import { RequestSheet } from './RequestSheet.tsx'
import { ReviewOrders } from './ReviewOrders.tsx'

type Props = {
  client: Client
  item: ReviewItem
  isGone: boolean
  isChanged: boolean
  mayDecide: boolean
  onLeave(): void
  /** The server said that it moved on. */
  onChanged(): void
  onDone(sentence: string): void
}

/** One item on one screen: why, what, whose, from which orders, what comes out of it, and what was done so far. */
export function ReviewPanel({
  client,
  item,
  isGone,
  isChanged,
  mayDecide,
  onLeave,
  onChanged,
  onDone,
}: Props) {
  const { locale, texts } = useWords()
  const words = useConsoleTexts()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  const leave = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.defaultPrevented) onLeave()
  }
  return (
    <section class="stack" aria-labelledby="review" onKeyDown={leave}>
      <div class="desk-back">
        <Button kind="quiet" onClick={onLeave}>
          ← {words.back}
        </Button>
      </div>
      <div class="review-head">
        <h2 id="review" ref={heading} tabIndex={-1}>
          {words.kinds[item.kind]} · {item.buyerName}
        </h2>
        <DueBadge dueAt={item.dueAt} />
      </div>
      {isChanged && <Notice kind="warn">{words.changed}</Notice>}
      <Card>
        <Facts
          items={[
            { name: words.why, value: <strong>{words.reasons[item.reason]}</strong> },
            { name: words.overrideReason, value: item.overrideReason },
            { name: texts.titleForm.invoiceKind, value: texts.titleForm[item.invoiceKind] },
            {
              name: words.askedBy,
              value: `${askedBy(words.actors, item)} · ${formatTime(item.createdAt, locale)}`,
            },
            {
              name: words.ticket,
              value: item.ticketNumber && <span class="digits">{item.ticketNumber}</span>,
            },
            { name: texts.flow.gross, value: <Money fen={item.amountFen} />, isTotal: true },
          ]}
        />
      </Card>
      <div class="review-columns">
        {item.kind === 'request' ? (
          <RequestSheet client={client} id={item.id} mayDecide={mayDecide} />
        ) : (
          <ReissueSheet client={client} id={item.id} />
        )}
        <ReviewOrders client={client} orders={item.orders} />
      </div>
      {isGone ? (
        <Notice>{words.gone}</Notice>
      ) : (
        <Decide client={client} item={item} mayDecide={mayDecide} onChanged={onChanged} onDone={onDone} />
      )}
    </section>
  )
}

/** `agent:agent-7` → 客服 agent-7; of a customer the kind is enough. */
function askedBy(actors: Readonly<Record<string, string>>, { requestedBy, isOwn }: ReviewItem): string {
  const [kind = '', ...rest] = requestedBy.split(':')
  const named = kind === 'agent' && !isOwn ? ` ${rest.join(':')}` : ''
  return `${actors[kind] ?? kind}${named}`
}
