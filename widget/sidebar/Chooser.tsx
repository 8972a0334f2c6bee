import type { OrderCandidate } from '../../server/contract/orders.ts'
import { formatDate } from '../i18n/format.ts'
import { useWords } from '../i18n/locale.tsx'
import { useSidebarTexts } from '../i18n/sidebar.ts'
import { Money } from '../ui/Money.tsx'

type Props = {
  number: string
  candidates: readonly OrderCandidate[]
  onChoose(candidate: OrderCandidate): void
}

/** One number in several shops: shop and amount tell them apart (J1.6). Plain buttons, one Tab each. */
export function Chooser({ number, candidates, onChoose }: Props) {
  const { locale } = useWords()
  const words = useSidebarTexts()
  return (
    <section class="stack-tight stage" aria-labelledby="chooser">
      <h2 id="chooser">{words.chooseHeading(number)}</h2>
      <ul class="stack-tight">
        {candidates.map((candidate) => (
          <li key={candidate.orderId}>
            <button type="button" class="choice" onClick={() => onChoose(candidate)}>
              <span>
                <b>{candidate.shopName}</b>
                <br />
                <span class="muted">
                  {candidate.number}
                  {candidate.orderedAt !== null && ` · ${formatDate(candidate.orderedAt, locale)}`}
                </span>
              </span>
              <Money fen={candidate.paidFen} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
