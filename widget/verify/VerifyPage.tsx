import { useEffect } from 'preact/hooks'
import type { Call } from '../api/call.ts'
import { describeFailure, useWords } from '../i18n/locale.tsx'
import { useVerifyTexts } from '../i18n/verify.ts'
import { Button } from '../ui/Button.tsx'
import { LanguageSwitch } from '../ui/LanguageSwitch.tsx'
import { Notice } from '../ui/Notice.tsx'
import { TextField } from '../ui/TextField.tsx'
import { FilePicker } from './FilePicker.tsx'
import { VerdictCard } from './VerdictCard.tsx'
import { useVerify, type VerifyState } from './verify.model.ts'

/** facts/invoicing.md §10: a captcha stands before it, so people go there themselves. */
const BUREAU = 'https://inv-veri.chinatax.gov.cn/'

/** 查验 (F16): record, file, or both; the file stays on the device. */
export function VerifyPage({ call }: { call: Call }) {
  const { texts } = useWords()
  const words = useVerifyTexts()
  const { typed, file, state, type, choose, submit } = useVerify(call)
  useEffect(() => {
    document.title = words.heading
  }, [words])
  const faultOf = (field: keyof typeof typed) =>
    state.kind === 'asking' && state.faults.includes(field) ? words.faults[field] : null
  return (
    <div class="page verify">
      <header class="verify-head">
        <h1>{words.heading}</h1>
        <LanguageSwitch />
      </header>
      <main class="page-main">
        <p class="verify-intro">{words.intro}</p>
        <form
          class="stack"
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            void submit()
          }}
        >
          <div class="verify-ways">
            <section class="card" aria-labelledby="by-record">
              <h2 id="by-record">{words.recordHeading}</h2>
              <TextField
                id="number"
                label={words.number}
                value={typed.number}
                error={faultOf('number')}
                isCode
                typing={{ inputMode: 'numeric', autocomplete: 'off', maxLength: 40, enterkeyhint: 'next' }}
                onValue={(value) => type('number', value)}
              />
              <DateField
                label={words.date}
                value={typed.date}
                error={faultOf('date')}
                onValue={(value) => type('date', value)}
              />
              <TextField
                id="amount"
                label={words.amount}
                hint={words.amountHint}
                value={typed.amount}
                error={faultOf('amount')}
                // No decimal pad: it has no minus, and red invoices need one.
                typing={{ autocomplete: 'off', maxLength: 24, enterkeyhint: 'done' }}
                onValue={(value) => type('amount', value)}
              />
            </section>
            <section class="card" aria-labelledby="by-file">
              <h2 id="by-file">{words.fileHeading}</h2>
              <FilePicker
                file={file}
                error={state.kind === 'file_failed' ? words[state.why] : null}
                onFile={choose}
              />
            </section>
          </div>
          {state.kind === 'asking' && state.isEmpty && <Notice kind="warn">{words.nothing}</Notice>}
          <Button kind="primary" type="submit" isBusy={state.kind === 'busy'}>
            {words.submit}
          </Button>
        </form>
        <Outcome state={state} describe={(cause) => describeFailure(texts, cause)} />
        <p class="verify-bureau">
          {words.bureau}{' '}
          <a href={BUREAU} target="_blank" rel="noopener noreferrer">
            {words.bureauLink}
          </a>
        </p>
      </main>
    </div>
  )
}

function Outcome({ state, describe }: { state: VerifyState; describe(cause: unknown): string }) {
  if (state.kind === 'failed') return <Notice kind="error">{describe(state.cause)}</Notice>
  return state.kind === 'answered' ? <VerdictCard reply={state.reply} /> : null
}

type DateProps = { label: string; value: string; error: string | null; onValue(value: string): void }

function DateField({ label, value, error, onValue }: DateProps) {
  return (
    <div class="field">
      <label class="field-label" for="date">
        {label}
      </label>
      <input
        id="date"
        class="input"
        type="date"
        value={value}
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={error ? 'date-error' : undefined}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
      {error && (
        <p class="field-error" id="date-error">
          {error}
        </p>
      )}
    </div>
  )
}
