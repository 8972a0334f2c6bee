import { useState } from 'preact/hooks'
import type { InvoiceAsk } from '../../server/contract/invoicing.ts'
import { useTitleBookTexts } from '../i18n/title-book.ts'
import { useTitleBook } from './use-title-book.ts'

/** Consent to keep the title that is read back above it: off until somebody ticks it (S0-69). */
export function RememberTitle({ ask }: { ask: InvoiceAsk }) {
  const words = useTitleBookTexts()
  const book = useTitleBook()
  const [isWished, setWished] = useState(() => book.isWished(ask))
  if (!book.state().canSave) return null
  if (book.knows(ask)) return <p class="muted">{words.known}</p>
  const wish = (isOn: boolean) => {
    setWished(isOn)
    book.wish(ask, isOn)
  }
  return (
    <div class="tick">
      <input
        id="remember"
        type="checkbox"
        checked={isWished}
        aria-describedby="remember-hint"
        onChange={({ currentTarget }) => wish(currentTarget.checked)}
      />
      <div>
        <label for="remember">{words.remember}</label>
        <p class="muted" id="remember-hint">
          {words.rememberHint}
        </p>
      </div>
    </div>
  )
}
