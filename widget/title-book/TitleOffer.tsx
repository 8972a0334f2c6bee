import { useRef, useState } from 'preact/hooks'
import type { TitleEntry } from '../../server/contract/titles.ts'
import { useTitleBookTexts } from '../i18n/title-book.ts'
import { Button } from '../ui/Button.tsx'
import type { TitleDraft } from '../ui/title-form.model.ts'
import { draftFromEntry, isSameDraft } from './fill.model.ts'
import { TitleManager } from './TitleManager.tsx'
import { useFilling } from './use-filling.ts'
import { useTitleBook } from './use-title-book.ts'

type Props = { draft: TitleDraft; onDraft(draft: TitleDraft): void }

/** More would push the form off a phone; the rest stands in the manager. */
const OFFERED = 3

/** The kept titles over the form, the default or the last used first (S1-01). Nothing fills by itself. */
export function TitleOffer({ draft, onDraft }: Props) {
  const words = useTitleBookTexts()
  const book = useTitleBook()
  const filling = useFilling({ draft, onDraft })
  const [isOpen, setOpen] = useState(false)
  const [said, setSaid] = useState('')
  const heading = useRef<HTMLHeadingElement>(null)
  const { items, canSave } = book.state()
  // Once there, it stays: that all are forgotten is said in it.
  const hasShown = useRef(false)
  hasShown.current ||= canSave && items.length > 0
  if (!hasShown.current) return null

  const use = (entry: TitleEntry) => {
    setSaid('')
    filling.fill(draftFromEntry(filling.base, entry))
  }
  /** The button that had the focus is gone, perhaps with all the others. */
  const focusHeading = () => heading.current?.focus()
  const restore = () => {
    filling.restore()
    focusHeading()
  }
  return (
    <section class="stack-tight titles" aria-labelledby="titles-heading">
      <div class="titles-head">
        <h3 id="titles-heading" ref={heading} tabIndex={-1}>
          {words.heading}
        </h3>
        {items.length > 0 && (
          <button
            type="button"
            class="button button-quiet"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            {isOpen ? words.done : words.manage}
          </button>
        )}
      </div>
      {isOpen && items.length > 0 ? (
        <TitleManager book={book} onUse={use} onSaid={setSaid} onGone={focusHeading} />
      ) : (
        <ul class="stack-tight">
          {items.slice(0, OFFERED).map((entry) => (
            <li key={entry.id}>
              <button
                type="button"
                class="title-chip"
                aria-current={isSameDraft(draft, draftFromEntry(filling.base, entry)) ? 'true' : undefined}
                onClick={() => use(entry)}
              >
                <span>{entry.title.name}</span>
                {entry.isDefault && <span class="muted">{words.first}</span>}
              </button>
            </li>
          ))}
        </ul>
      )}
      <p class="muted" role="status">
        {said === '' && filling.isStanding ? words.filled : said}
      </p>
      {filling.canRestore && <Button onClick={restore}>{words.restore}</Button>}
    </section>
  )
}
