import { formatFen } from '../i18n/format.ts'
import { useWords } from '../i18n/locale.tsx'
import { useSidebarTexts } from '../i18n/sidebar.ts'
import type { Talks } from './talks.model.ts'
import type { Today } from './today.model.ts'
import { useStore } from './use-store.ts'

/** The agent's own requests of the day, each with its true state. One of them opens in the conversation at hand. */
export function TodayList({ today, talks }: { today: Today; talks: Talks }) {
  const { texts } = useWords()
  const words = useSidebarTexts()
  useStore(today)
  const items = today.items()
  return (
    <details class="more today">
      <summary>{words.today(items.length)}</summary>
      {items.length === 0 && <p class="muted">{words.todayEmpty}</p>}
      <ul class="stack-tight">
        {items.map(({ id, orderIds, orderNumbers, state, amountFen }) => (
          <li key={id}>
            <button
              type="button"
              class="choice"
              onClick={() => {
                const [orderId] = orderIds
                if (orderId !== undefined) talks.current().talk.choose({ orderId })
              }}
            >
              <span class="digits">{orderNumbers.join(', ')}</span>
              <span class="muted">
                {texts.requestStates[state]} · {formatFen(amountFen)}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </details>
  )
}
