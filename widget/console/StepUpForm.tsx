import { useEffect, useRef, useState } from 'preact/hooks'
import { useConsoleTexts } from '../i18n/console.ts'
import { Button } from '../ui/Button.tsx'
import { TextField } from '../ui/TextField.tsx'

type Props = { isBusy: boolean; wrong: string | null; onCode(code: string): void; onCancel(): void }

/** The code, once more. Escape leaves the decision as it was. */
export function StepUpForm({ isBusy, wrong, onCode, onCancel }: Props) {
  const words = useConsoleTexts()
  const [code, setCode] = useState('')
  const [isTried, setTried] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('input')?.focus()
  }, [wrong])
  const submit = (event: Event) => {
    event.preventDefault()
    setTried(true)
    if (code.trim() === '' || isBusy) return
    onCode(code.replace(/\s/g, ''))
    // Right or wrong, it is spent.
    setCode('')
    setTried(false)
  }
  const leave = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return
    event.preventDefault()
    onCancel()
  }
  return (
    <form class="stack" noValidate ref={form} onSubmit={submit} onKeyDown={leave}>
      <h2>{words.stepUpHeading}</h2>
      <TextField
        id="step-up"
        label={words.code}
        hint={words.stepUpHint}
        error={wrong ?? (isTried && code.trim() === '' ? words.missing : null)}
        value={code}
        onValue={setCode}
        typing={{ inputMode: 'numeric', autocomplete: 'one-time-code', maxLength: 7 }}
        isCode
      />
      <div class="decide-row">
        <Button kind="primary" type="submit" isBusy={isBusy}>
          {words.stepUpConfirm}
        </Button>
        <Button isOff={isBusy} onClick={onCancel}>
          {words.cancel}
        </Button>
      </div>
    </form>
  )
}
