import { useEffect, useRef, useState } from 'preact/hooks'
import type { FixAsk, FixField, InvoiceRequestView } from '../../server/contract/invoicing.ts'
import { ApiProblem } from '../api/problems.ts'
import { useLaterTexts } from '../i18n/later.ts'
import { useWords, wordsOf } from '../i18n/locale.tsx'
import { normaliseTaxId } from '../title/tax-id.ts'
import { Button } from './Button.tsx'
import { TaxIdField } from './TaxIdField.tsx'
import { TextField } from './TextField.tsx'

type Props = {
  request: InvoiceRequestView
  isBusy: boolean
  /** Why the last answer was refused, if it was; faults with a field stand at it. */
  failure: unknown
  onFix(fix: FixAsk): void
}

/** These may be left empty; the rest is on the invoice or is where it goes. */
const OPTIONAL: readonly FixField[] = [
  'address',
  'companyPhone',
  'bankName',
  'bankAccount',
  'remark',
  'phone',
]

/** Just what the rejection names (F9). Everything else is kept where it is and is not sent again. */
export function FixForm({ request, isBusy, failure, onFix }: Props) {
  const words = useLaterTexts()
  const fields = request.fix?.fields ?? []
  const [typed, setTyped] = useState<Readonly<Partial<Record<FixField, string>>>>({})
  const [isTried, setTried] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const errorOf = useErrors(failure)
  const textOf = (field: FixField, value: string | null) =>
    typed[field] ?? (isMasked(value) ? '' : (value ?? ''))
  const isMissing = (field: FixField, value: string | null) =>
    isTried && !OPTIONAL.includes(field) && textOf(field, value).trim() === ''

  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
  }, [failure, isTried])

  const submit = (event: Event) => {
    event.preventDefault()
    if (isBusy) return
    setTried(true)
    const answers = fields.map(({ field, value }) => [field, textOf(field, value).trim()] as const)
    if (answers.some(([field, text]) => text === '' && !OPTIONAL.includes(field))) return
    onFix({ version: request.version, ...Object.fromEntries(answers) })
  }
  return (
    <form class="stack" noValidate ref={form} onSubmit={submit}>
      <div>
        <h3>{words.fixHeading}</h3>
        <p class="muted">{words.fixIntro}</p>
      </div>
      {fields.map(({ field, value }) => (
        <Fixable
          key={field}
          field={field}
          hint={value === null ? null : words.fixNow(value)}
          text={textOf(field, value)}
          error={isMissing(field, value) ? words.fixEmpty : errorOf(field)}
          onText={(text) => setTyped({ ...typed, [field]: text })}
        />
      ))}
      <Button kind="primary" type="submit" isBusy={isBusy}>
        {words.fixSubmit}
      </Button>
    </form>
  )
}

const isMasked = (value: string | null) => value?.includes('*') ?? false

type FixableProps = {
  field: FixField
  hint: string | null
  text: string
  error: string | null
  onText(text: string): void
}

function Fixable({ field, hint, text, error, onText }: FixableProps) {
  const words = useLaterTexts()
  const id = `fix-${field}`
  if (field === 'taxId') {
    return (
      <TaxIdField
        {...{ id, hint, error }}
        value={text}
        name=""
        onValue={(value) => onText(value)}
        onSwap={() => onText(normaliseTaxId(text))}
      />
    )
  }
  return (
    <TextField
      {...{ id, error }}
      {...(hint === null ? {} : { hint })}
      label={words.fixFields[field]}
      value={text}
      onValue={onText}
      typing={{ autocomplete: 'off', inputMode: field === 'email' ? 'email' : 'text' }}
    />
  )
}

/** The server's faults by field. A fault of another field is the page's to say, above the form. */
function useErrors(failure: unknown): (field: FixField) => string | null {
  const { texts } = useWords()
  const faults = failure instanceof ApiProblem ? failure.errors : []
  return (field) => {
    const fault = faults.find((each) => each.field.split('/').pop() === field)
    return fault ? wordsOf(texts, fault.code, fault.detail) : null
  }
}
