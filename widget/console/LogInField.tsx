import { describedBy, FieldNotes } from '../ui/TextField.tsx'

type Props = {
  id: 'login' | 'password' | 'code' | 'new-password'
  label: string
  hint?: string
  value: string
  error: string | null
  onValue(value: string): void
  autocomplete: 'username' | 'current-password' | 'new-password' | 'one-time-code'
}

/** Not a TextField: passwords are hidden, and managers find their fields by name and autocomplete. */
export function LogInField({ id, label, hint, value, error, onValue, autocomplete }: Props) {
  const isHidden = autocomplete.endsWith('password')
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      <input
        id={id}
        name={id}
        {...(isHidden ? { type: 'password' as const } : {})}
        class={autocomplete === 'one-time-code' ? 'input input-code' : 'input'}
        value={value}
        autocomplete={autocomplete}
        autocapitalize="none"
        spellcheck={false}
        maxLength={isHidden ? 200 : 100}
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={describedBy(id, hint, error)}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
      <FieldNotes id={id} hint={hint} error={error} />
    </div>
  )
}
