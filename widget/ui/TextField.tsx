import type { ComponentChildren } from 'preact'

/** What tells a phone which keyboard to show and what to fill in. */
export type Typing = {
  inputMode?: 'text' | 'email' | 'tel' | 'decimal' | 'numeric'
  autocomplete?: string
  autocapitalize?: 'characters' | 'none'
  spellcheck?: boolean
  maxLength?: number
  enterkeyhint?: 'next' | 'done' | 'search'
}

type Props = {
  id: string
  label: string
  /** Grey beside the label, such as 选填. */
  note?: string
  hint?: string
  error?: string | null
  value: string
  onValue(value: string): void
  typing?: Typing
  isCode?: boolean
  /** Below the input: remedies for what is wrong with it. */
  children?: ComponentChildren
}

/** Label, input, hint and error in one, tied together for those who hear the page. */
export function TextField({
  id,
  label,
  note,
  hint,
  error,
  value,
  onValue,
  typing = {},
  isCode,
  children,
}: Props) {
  const isWrong = Boolean(error)
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
        {note && <small>{note}</small>}
      </label>
      <input
        {...typing}
        id={id}
        class={isCode ? 'input input-code' : 'input'}
        value={value}
        aria-invalid={isWrong ? 'true' : undefined}
        aria-describedby={describedBy(id, hint, error)}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
      <FieldNotes id={id} hint={hint} error={error} />
      {children}
    </div>
  )
}

type Notes = { id: string; hint?: string | undefined; error?: string | null | undefined }

/** The hint gives way to the error: two sentences below a field are one too many. */
export function FieldNotes({ id, hint, error }: Notes) {
  if (error) {
    return (
      <p class="field-error" id={`${id}-error`}>
        {error}
      </p>
    )
  }
  return hint ? (
    <p class="field-hint" id={`${id}-hint`}>
      {hint}
    </p>
  ) : null
}

export function describedBy(id: string, hint?: string, error?: string | null): string | undefined {
  if (error) return `${id}-error`
  return hint ? `${id}-hint` : undefined
}
