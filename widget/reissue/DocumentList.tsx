import type { ReissuePlan } from '../../server/contract/reissues.ts'
import { formatRate } from '../i18n/format.ts'
import { useWords } from '../i18n/locale.tsx'
import { useReissueTexts } from '../i18n/reissue.ts'
import { Money } from '../ui/Money.tsx'

/** The documents of a plan with their signs: red below zero, blue with a plus. Every figure is the server's. */
export function DocumentList({ documents }: { documents: ReissuePlan['documents'] }) {
  const { texts } = useWords()
  const words = useReissueTexts()
  return (
    <ul class="lines documents">
      {documents.map((document) => (
        <li key={document.colour}>
          <details class="document">
            <summary>
              <span class={`tag tag-${document.colour}`}>{words[document.colour]}</span>
              <Money fen={document.grossFen} isSigned />
            </summary>
            <ul class="lines">
              {document.lines.map((line) => (
                <li key={line.lineNo}>
                  <span>
                    {line.name}
                    <br />
                    <span class="muted">
                      {words.rate}{' '}
                      {line.treatment === 'taxed' ? formatRate(line.rateBp) : texts.flow[line.treatment]}
                    </span>
                  </span>
                  <Money fen={line.grossFen} isSigned />
                </li>
              ))}
            </ul>
            <p class="muted">
              {texts.flow.tax} <Money fen={document.taxFen} isSigned />
            </p>
          </details>
        </li>
      ))}
    </ul>
  )
}
