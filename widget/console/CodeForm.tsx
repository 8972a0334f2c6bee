import { useEffect, useRef, useState } from 'preact/hooks'
import { useConsoleTexts } from '../i18n/console.ts'
import { Button } from '../ui/Button.tsx'
import { LogInField } from './LogInField.tsx'
import { RefusalNotice } from './RefusalNotice.tsx'

type Props = { login: string; onCode(code: string): Promise<void>; onBack(): void }

/** The second factor. A refused code is spent, so the field is empty for the next one. */
export function CodeForm({ login, onCode, onBack }: Props) {
  const words = useConsoleTexts()
  const [code, setCode] = useState('')
  const [isTried, setTried] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  const form = useRef<HTMLFormElement>(null)
  const focus = () => form.current?.querySelector<HTMLInputElement>('#code')?.focus()
  useEffect(focus, [])

  const submit = (event: Event) => {
    event.preventDefault()
    if (isBusy) return
    setTried(true)
    if (code.trim() === '') return focus()
    setBusy(true)
    setFailure(null)
    onCode(code.replace(/\s/g, '')).catch((cause: unknown) => {
      setBusy(false)
      setFailure(cause)
      setCode('')
      setTried(false)
      focus()
    })
  }
  return (
    <form class="card" noValidate ref={form} onSubmit={submit}>
      <h1>{words.codeHeading}</h1>
      <p class="muted">{words.codeFor(login)}</p>
      {failure !== null && <RefusalNotice cause={failure} refused={words.codeWrong} />}
      <LogInField
        id="code"
        label={words.code}
        hint={words.codeHint}
        value={code}
        error={isTried && code.trim() === '' ? words.missing : null}
        onValue={setCode}
        autocomplete="one-time-code"
      />
      <Button kind="primary" type="submit" isWide isBusy={isBusy}>
        {words.logIn}
      </Button>
      <Button kind="quiet" isWide onClick={onBack}>
        {words.startAgain}
      </Button>
    </form>
  )
}
