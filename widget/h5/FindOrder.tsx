import { useState } from 'preact/hooks'
import { lookUpOrder } from '../api/look-up-order.ts'
import { describeFailure, useWords } from '../i18n/locale.tsx'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import { TextField } from '../ui/TextField.tsx'
import { useFlow } from './flow-context.ts'

/** The order number of a shop's poster. Every number leads on to the proof, whether it exists or not. */
export function FindOrder() {
  const { client, steps } = useFlow()
  const { texts } = useWords()
  const words = texts.flow
  const [text, setText] = useState('')
  const [error, setError] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)

  const find = async () => {
    setFailure(null)
    if (text.trim() === '') {
      setError(words.findEmpty)
      document.getElementById('order-number')?.focus()
      return
    }
    setBusy(true)
    try {
      const { number } = await lookUpOrder(client.call, { text: text.trim() })
      steps.push({ at: 'proof', number })
    } catch (cause) {
      setFailure(cause)
    } finally {
      setBusy(false)
    }
  }

  return (
    <form
      class="card"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (!isBusy) void find()
      }}
    >
      <h1 tabIndex={-1}>{words.findHeading}</h1>
      <TextField
        id="order-number"
        label={words.findLabel}
        hint={words.findHint}
        error={error}
        value={text}
        onValue={(value) => {
          setText(value)
          setError(null)
        }}
        isCode
        typing={{ autocomplete: 'off', spellcheck: false, enterkeyhint: 'next', maxLength: 500 }}
      />
      {failure !== null && <Notice kind="error">{describeFailure(texts, failure)}</Notice>}
      <Button kind="primary" type="submit" isBusy={isBusy}>
        {texts.actions.next}
      </Button>
    </form>
  )
}
