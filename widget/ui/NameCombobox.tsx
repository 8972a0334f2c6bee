import { useRef, useState } from 'preact/hooks'
import type { TitleSuggestion } from '../../server/contract/titles.ts'
import { useWords } from '../i18n/locale.tsx'
import { SuggestionList } from './SuggestionList.tsx'
import { type Suggest, useSuggestions } from './suggestions.model.ts'
import { describedBy, FieldNotes } from './TextField.tsx'

type Props = {
  id: string
  value: string
  error: string | null
  /** Every change, also within a composition: only what the field shows. */
  onValue(value: string): void
  /** A whole text put in at once: true when it was taken apart and the field is not to keep it. */
  onBulk(text: string): boolean
  onChoose(suggestion: TitleSuggestion): void
  suggest: Suggest
}

/** More than this at once was pasted, dictated or filled in, not typed. */
const BULK_LETTERS = 8

/** The company name: an editable combobox with list autocomplete (ARIA APG). */
export function NameCombobox(props: Props) {
  const { id, value, error } = props
  const words = useWords().texts.titleForm
  const { items, active, choose, events } = useCombobox(props)
  const isOpen = items.length > 0
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {words.name}
      </label>
      <div class="combobox">
        <input
          {...events}
          id={id}
          class="input"
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={isOpen}
          aria-controls={`${id}-list`}
          aria-activedescendant={active >= 0 ? `${id}-list-${active}` : undefined}
          aria-invalid={error ? 'true' : undefined}
          aria-describedby={describedBy(id, words.nameHint, error)}
          autocomplete="organization"
          spellcheck={false}
          enterkeyhint="next"
          value={value}
        />
        <SuggestionList id={`${id}-list`} items={items} active={active} onChoose={choose} />
      </div>
      <FieldNotes id={id} hint={words.nameHint} error={error} />
      <p class="unseen" role="status">
        {isOpen ? words.suggestionCount(items.length) : ''}
      </p>
    </div>
  )
}

/**
 * Between compositionstart and compositionend nothing is searched, parsed or chosen: the letters belong
 * to the input method.
 */
function useCombobox({ value, onValue, onBulk, onChoose, suggest }: Props) {
  const { items, search, clear } = useSuggestions(suggest)
  const [active, setActive] = useState(-1)
  const composing = useRef(false)

  const close = () => {
    setActive(-1)
    clear()
  }
  const choose = (suggestion: TitleSuggestion | undefined) => {
    if (suggestion) onChoose(suggestion)
    close()
  }
  const settle = (text: string, before: string) => {
    setActive(-1)
    if (text.length - before.length > BULK_LETTERS && onBulk(text)) clear()
    else search(text)
  }
  const press = (event: KeyboardEvent) => {
    // 229: what older engines report for a key that the input method took.
    if (composing.current || event.isComposing || event.keyCode === 229) return
    const act = actOf(event.key, { count: items.length, active })
    if (act === null) return
    event.preventDefault()
    if (act === 'search') search(value)
    else if (act === 'close') close()
    else if (act === 'choose') choose(items[active])
    else setActive(act)
  }

  const events = {
    onKeyDown: press,
    onBlur: close,
    onCompositionStart() {
      composing.current = true
    },
    onCompositionEnd({ currentTarget }: { currentTarget: HTMLInputElement }) {
      composing.current = false
      settle(currentTarget.value, currentTarget.value)
    },
    onInput({ currentTarget }: { currentTarget: HTMLInputElement }) {
      onValue(currentTarget.value)
      if (!composing.current) settle(currentTarget.value, value)
    },
    onPaste(event: ClipboardEvent) {
      const text = event.clipboardData?.getData('text/plain') ?? ''
      // An input keeps no line ends, and they part the fields of what was pasted.
      if (text === '' || !onBulk(text)) return
      event.preventDefault()
      close()
    },
  }
  return { items, active, choose, events }
}

type Open = { count: number; active: number }

/** What a key does (ARIA APG): a number is the option to move to. Null leaves the key to the browser. */
function actOf(key: string, { count, active }: Open): 'search' | 'close' | 'choose' | number | null {
  if (count === 0) return key === 'ArrowDown' ? 'search' : null
  switch (key) {
    case 'ArrowDown':
      return (active + 1) % count
    case 'ArrowUp':
      return (active <= 0 ? count : active) - 1
    case 'Enter':
      return active >= 0 ? 'choose' : null
    case 'Escape':
      return 'close'
    default:
      return null
  }
}
