import { useEffect, useRef, useState } from 'preact/hooks'
import { useSidebarTexts } from '../i18n/sidebar.ts'
import { Button } from '../ui/Button.tsx'
import { describedBy, FieldNotes } from '../ui/TextField.tsx'
import { isFocusOurs } from './focus.ts'
import type { Talk } from './talk.model.ts'
import { useStore } from './use-store.ts'

/** Whatever an agent types or pastes; the server recognises the number in it (F18). */
export function OrderBox({ talk }: { talk: Talk }) {
  const words = useSidebarTexts()
  useStore(talk)
  const { text, number, offered, stage, isBusy } = talk.state()
  const [isEmpty, setEmpty] = useState(false)
  const box = useRef<HTMLInputElement>(null)

  // An empty box waits for the agent; a filled one has been looked up already.
  useEffect(() => {
    if (isFocusOurs() && talk.state().text === '') box.current?.focus({ preventScroll: true })
  }, [talk])

  const submit = (event: Event) => {
    event.preventDefault()
    const typed = talk.state().text // What was drawn last may lack the key pressed last.
    setEmpty(typed.trim() === '')
    if (typed.trim() === '') box.current?.focus()
    else talk.find(typed)
  }
  const hint = number !== null && number !== text.trim() ? words.foundAs(number) : words.orderHint
  const error = isEmpty && text.trim() === '' ? words.orderEmpty : null
  const isSearching = isBusy && stage.at === 'find'
  return (
    <form class="field" onSubmit={submit}>
      <label class="field-label" for="order">
        {words.orderLabel}
      </label>
      <div class="order-box">
        <input
          ref={box}
          id="order"
          class="input input-code"
          value={text}
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          enterkeyhint="search"
          aria-invalid={error ? 'true' : undefined}
          aria-describedby={describedBy('order', hint, error)}
          onInput={(event) => talk.type(event.currentTarget.value)}
        />
        <Button type="submit" kind={stage.at === 'find' ? 'primary' : 'secondary'} isBusy={isSearching}>
          {words.find}
        </Button>
      </div>
      <FieldNotes id="order" hint={hint} error={error} />
      {offered !== null && <Button onClick={() => talk.find(offered)}>{words.offered(offered)}</Button>}
    </form>
  )
}
