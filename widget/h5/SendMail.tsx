import { useState } from 'preact/hooks'
import type { InvoiceView } from '../../server/contract/invoicing.ts'
import { newKey } from '../api/new-key.ts'
import { sendInvoice } from '../api/send-invoice.ts'
import { describeFailure, useWords } from '../i18n/locale.tsx'
import { readEmail } from '../title/contact.ts'
import { Button } from '../ui/Button.tsx'
import { Card } from '../ui/Card.tsx'
import { Notice } from '../ui/Notice.tsx'
import { TextField } from '../ui/TextField.tsx'
import { useFlow } from './flow-context.ts'

/** 发送到邮箱, with how earlier mails went. One key per address and success: a second tap is one mail. */
export function SendMail({ invoice, onSent }: { invoice: InvoiceView; onSent(): void }) {
  const { texts } = useWords()
  const { email, setEmail, error, failure, isBusy, send } = useSending(invoice, onSent)
  const isOpen = invoice.resendsLeft > 0
  if (!isOpen && invoice.deliveries.length === 0) return null
  return (
    <Card heading={texts.invoice.mail}>
      {invoice.deliveries.length > 0 && (
        <ul class="lines" aria-live="polite">
          {invoice.deliveries.map((delivery) => (
            <li key={delivery.id}>
              <span>{delivery.target}</span>
              <span
                class={delivery.state === 'bounced' || delivery.state === 'failed' ? 'field-error' : 'muted'}
              >
                {texts.invoice.deliveries[delivery.state]}
              </span>
            </li>
          ))}
        </ul>
      )}
      {isOpen && (
        <form
          class="stack-tight"
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            if (!isBusy) void send()
          }}
        >
          <TextField
            id="send-email"
            label={texts.titleForm.email}
            error={error}
            value={email}
            onValue={setEmail}
            typing={{
              inputMode: 'email',
              autocomplete: 'email',
              autocapitalize: 'none',
              spellcheck: false,
              enterkeyhint: 'done',
            }}
          />
          {failure !== null && <Notice kind="error">{describeFailure(texts, failure)}</Notice>}
          <Button type="submit" isWide isBusy={isBusy}>
            {invoice.deliveries.length > 0 ? texts.actions.resendMail : texts.actions.sendMail}
          </Button>
          <p class="muted">{texts.invoice.resendsLeft(invoice.resendsLeft)}</p>
        </form>
      )}
    </Card>
  )
}

function useSending(invoice: InvoiceView, onSent: () => void) {
  const { client } = useFlow()
  const { texts } = useWords()
  const [email, setEmail] = useState('')
  const [key, setKey] = useState(newKey)
  const [error, setError] = useState<string | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)

  const send = async () => {
    const address = readEmail(email)
    setFailure(null)
    if (address === null) {
      setError(texts.problems.email_invalid)
      document.getElementById('send-email')?.focus()
      return
    }
    setBusy(true)
    try {
      await sendInvoice(client.call, { invoiceId: invoice.id, email: address, idempotencyKey: key })
      setEmail('')
      setKey(newKey())
      onSent()
    } catch (cause) {
      setFailure(cause)
    } finally {
      setBusy(false)
    }
  }
  const change = (value: string) => {
    setEmail(value)
    setKey(newKey()) // Another address is another mail.
    setError(null)
  }
  return { email, setEmail: change, error, failure, isBusy, send }
}
