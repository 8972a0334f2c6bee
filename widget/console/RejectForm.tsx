import { useEffect, useRef, useState } from 'preact/hooks'
import type { FixField } from '../../server/contract/invoicing.ts'
import type { ReviewItem } from '../../server/contract/reviews.ts'
import type { Decision } from '../api/decide-review.ts'
import { useConsoleTexts } from '../i18n/console.ts'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import { TextField } from '../ui/TextField.tsx'

type Props = {
  item: ReviewItem
  isBusy: boolean
  wrong: string | null
  onReject(decision: Decision): void
  onCancel(): void
}

/** As they stand on the invoice; 专票 prints the company's details, so they are worth asking for there. */
const ALWAYS: readonly FixField[] = ['name', 'taxId', 'email', 'remark']
const SPECIAL: readonly FixField[] = ['address', 'companyPhone', 'bankName', 'bankAccount']

/** Which fields are wrong (the requester corrects just those) and a sentence. Escape goes back. */
export function RejectForm({ item, isBusy, wrong, onReject, onCancel }: Props) {
  const words = useConsoleTexts()
  const [fields, setFields] = useState<readonly FixField[]>([])
  const [note, setNote] = useState('')
  const [isTried, setTried] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const focusNote = () => form.current?.querySelector<HTMLElement>('#note')?.focus()
  useEffect(() => form.current?.querySelector<HTMLElement>('input')?.focus(), [])

  const submit = (event: Event) => {
    event.preventDefault()
    if (isBusy) return
    setTried(true)
    if (note.trim() === '') return focusNote()
    onReject({ kind: 'reject', fields: [...fields], note: note.trim() })
  }
  const leave = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return
    event.preventDefault()
    if (!isBusy) onCancel()
  }
  const offered = item.invoiceKind === 'special' ? [...ALWAYS, ...SPECIAL] : ALWAYS
  return (
    <form class="stack" noValidate ref={form} onSubmit={submit} onKeyDown={leave}>
      <h2>{words.rejectHeading}</h2>
      {item.kind === 'request' && (
        <fieldset class="field">
          <legend class="field-label">{words.rejectFields}</legend>
          <div class="checks">
            {offered.map((field) => (
              <label key={field} class={fields.includes(field) ? 'check check-on' : 'check'}>
                <input
                  type="checkbox"
                  checked={fields.includes(field)}
                  onChange={({ currentTarget: { checked } }) =>
                    setFields(checked ? [...fields, field] : fields.filter((one) => one !== field))
                  }
                />
                {words.fields[field]}
              </label>
            ))}
          </div>
          <p class="field-hint">{words.rejectFieldsHint}</p>
        </fieldset>
      )}
      <TextField
        id="note"
        label={words.note}
        hint={words.noteHint}
        error={isTried && note.trim() === '' ? words.noteMissing : null}
        value={note}
        onValue={setNote}
        typing={{ maxLength: 200, autocomplete: 'off' }}
      />
      {wrong !== null && <Notice kind="error">{wrong}</Notice>}
      <div class="decide-row">
        <Button kind="primary" type="submit" isBusy={isBusy}>
          {words.confirmReject}
        </Button>
        <Button isOff={isBusy} onClick={onCancel}>
          {words.cancel}
        </Button>
      </div>
    </form>
  )
}
