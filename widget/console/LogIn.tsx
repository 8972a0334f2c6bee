import { useEffect, useRef, useState } from 'preact/hooks'
import type { StaffSession } from '../../server/contract/staff.ts'
import type { Client } from '../api/client.ts'
import { logIn } from '../api/log-in.ts'
import { ApiProblem } from '../api/problems.ts'
import { useConsoleTexts } from '../i18n/console.ts'
import { describeFailure, useWords } from '../i18n/locale.tsx'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import { describedBy, FieldNotes } from '../ui/TextField.tsx'

type Props = { client: Client; hasEnded: boolean; onIn(session: StaffSession): void }

const FIELDS = ['login', 'password', 'code'] as const
type Field = (typeof FIELDS)[number]

/** Name, password and code. What was wrong of the three is said to nobody. */
export function LogIn({ client, hasEnded, onIn }: Props) {
  const { texts } = useWords()
  const words = useConsoleTexts()
  const [typed, setTyped] = useState<Readonly<Record<Field, string>>>({ login: '', password: '', code: '' })
  const [isTried, setTried] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  const form = useRef<HTMLFormElement>(null)
  const focus = (field: Field) => form.current?.querySelector<HTMLInputElement>(`#${field}`)?.focus()

  useEffect(() => focus('login'), [])

  const submit = (event: Event) => {
    event.preventDefault()
    if (isBusy) return
    setTried(true)
    const missing = FIELDS.find((field) => typed[field].trim() === '')
    if (missing !== undefined) return focus(missing)
    setBusy(true)
    setFailure(null) // The same refusal again is said again.
    logIn(client.bareCall, typed).then(onIn, (cause: unknown) => {
      setBusy(false)
      setFailure(cause)
      // The code is spent or stale; name and password may well be right.
      setTyped((kept) => ({ ...kept, code: '' }))
      setTried(false)
      focus('code')
    })
  }
  const field = (name: Field, hint?: string) => ({
    name,
    hint,
    label: words[name],
    value: typed[name],
    error: isTried && typed[name].trim() === '' ? words.missing : null,
    onValue: (value: string) => setTyped({ ...typed, [name]: value }),
  })
  return (
    <main class="log-in">
      <form class="card" noValidate ref={form} onSubmit={submit}>
        <h1>{words.logInHeading}</h1>
        {hasEnded && failure === null && <Notice kind="warn">{words.ended}</Notice>}
        {failure !== null && (
          <Notice kind="error">
            {lockText(words.lockedFor, failure) ?? describeFailure(texts, failure)}
          </Notice>
        )}
        <Input {...field('login')} autocomplete="username" />
        <Input {...field('password')} isHidden autocomplete="current-password" />
        <Input {...field('code', words.codeHint)} autocomplete="one-time-code" isCode />
        <Button kind="primary" type="submit" isWide isBusy={isBusy}>
          {words.logIn}
        </Button>
      </form>
    </main>
  )
}

function lockText(lockedFor: (minutes: number) => string, failure: unknown): string | null {
  if (!(failure instanceof ApiProblem) || failure.code !== 'staff_locked') return null
  return lockedFor(Math.max(1, Math.ceil((failure.retryAfter ?? 60) / 60)))
}

type InputProps = {
  name: Field
  label: string
  hint: string | undefined
  value: string
  error: string | null
  onValue(value: string): void
  autocomplete: string
  isHidden?: boolean
  isCode?: boolean
}

/** Not a TextField: passwords are hidden, and managers find their fields by name and autocomplete. */
function Input({ name, label, hint, value, error, onValue, autocomplete, isHidden, isCode }: InputProps) {
  return (
    <div class="field">
      <label class="field-label" for={name}>
        {label}
      </label>
      <input
        id={name}
        name={name}
        {...(isHidden ? { type: 'password' as const } : {})}
        class={isCode ? 'input input-code' : 'input'}
        value={value}
        autocomplete={autocomplete}
        autocapitalize="none"
        spellcheck={false}
        maxLength={name === 'password' ? 200 : 100}
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={describedBy(name, hint, error)}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
      <FieldNotes id={name} hint={hint} error={error} />
    </div>
  )
}
