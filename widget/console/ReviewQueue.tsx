import type { ReviewItem } from '../../server/contract/reviews.ts'
import { useConsoleTexts } from '../i18n/console.ts'
import { Money } from '../ui/Money.tsx'
import { DueBadge } from './DueBadge.tsx'

type Props = {
  items: readonly ReviewItem[]
  openId: string | null
  onOpen(item: ReviewItem): void
}

/** Most urgent first, as the server sorted them; each says why it is here. Arrow keys walk the list. */
export function ReviewQueue({ items, openId, onOpen }: Props) {
  const words = useConsoleTexts()
  if (items.length === 0) return <p class="desk-empty muted">{words.queueEmpty}</p>
  return (
    <ul class="queue" onKeyDown={walk}>
      {items.map((item) => (
        <li key={item.id}>
          <button
            type="button"
            class={item.id === openId ? 'queue-item queue-item-open' : 'queue-item'}
            aria-current={item.id === openId ? 'true' : undefined}
            onClick={() => onOpen(item)}
          >
            <span class="queue-line">
              <b>{item.buyerName}</b>
              <Money fen={item.amountFen} />
            </span>
            <span class="queue-line">
              <span class="queue-why">
                <span class={`tag tag-${item.kind}`}>{words.kinds[item.kind]}</span>{' '}
                {words.reasons[item.reason]}
              </span>
              <DueBadge dueAt={item.dueAt} />
            </span>
            <span class="muted digits">
              {item.orders.map(({ number }) => number).join(', ')} · {item.shopName}
              {item.isOwn && ` · ${words.own}`}
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}

function walk(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('button')]
  const at = buttons.findIndex((button) => button.matches(':focus'))
  const next = buttons[at + (event.key === 'ArrowDown' ? 1 : -1)]
  if (at === -1 || next === undefined) return
  event.preventDefault()
  next.focus()
}
