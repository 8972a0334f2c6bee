import type { TitleSuggestion } from '../../server/contract/titles.ts'
import { useWords } from '../i18n/locale.tsx'

type Props = {
  id: string
  items: readonly TitleSuggestion[]
  active: number
  onChoose(suggestion: TitleSuggestion): void
}

/** The listbox of the combobox. The focus stays in the input; `aria-activedescendant` points in here. */
export function SuggestionList({ id, items, active, onChoose }: Props) {
  const { texts } = useWords()
  const keepFocus = (event: Event) => event.preventDefault() // A blur would close the list under the finger.
  return (
    <div
      class="suggestions"
      id={id}
      role="listbox"
      tabIndex={-1}
      aria-label={texts.titleForm.suggestions}
      hidden={items.length === 0}
    >
      {items.map((item, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are heard by the input, which keeps the focus
        <div
          key={`${item.taxId}-${item.name}`}
          id={`${id}-${index}`}
          class="suggestion"
          role="option"
          tabIndex={-1}
          aria-selected={index === active}
          onMouseDown={keepFocus}
          onClick={() => onChoose(item)}
        >
          <span>{item.name}</span>
          <span class="muted digits">{item.taxId}</span>
        </div>
      ))}
    </div>
  )
}
