import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useConsoleTexts } from '../i18n/console.ts'
import { Button } from '../ui/Button.tsx'
import { LogInField } from './LogInField.tsx'
import { RefusalNotice } from './RefusalNotice.tsx'

const FIELDS = ['login', 'password'] as const
type Field = (typeof FIELDS)[number]

type Props = {
  onAsk(ask: Readonly<Record<Field, string>>): Promise<void>
  /** What is to be said before there is a refusal. */
  children: ComponentChildren
}

/** Who it is. What was wrong of the two is said to nobody. */
export function PasswordForm({ onAsk, children }: Props) {
  const words = useConsoleTexts()
  const [typed, setTyped] = useState<Readonly<Record<Field, string>>>({ login: '', password: '' })
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
    onAsk(typed).catch((cause: unknown) => {
      setBusy(false)
      setFailure(cause)
      focus('password')
    })
  }
  const field = (id: Field) => ({
    id,
    label: words[id],
    value: typed[id],
    error: isTried && typed[id].trim() === '' ? words.missing : null,
    onValue: (value: string) => setTyped({ ...typed, [id]: value }),
  })
  return (
    <form class="card" noValidate ref={form} onSubmit={submit}>
      <h1>{words.logInHeading}</h1>
      {failure === null ? children : <RefusalNotice cause={failure} refused={words.passwordWrong} />}
      <LogInField {...field('login')} autocomplete="username" />
      <LogInField {...field('password')} autocomplete="current-password" />
      <Button kind="primary" type="submit" isWide isBusy={isBusy}>
        {words.next}
      </Button>
    </form>
  )
}
