import { useState } from 'preact/hooks'
import type { LookUp } from '../../server/contract/orders.ts'
import { lookUpOrder } from '../api/look-up-order.ts'
import { ApiProblem } from '../api/problems.ts'
import { formatLeft } from '../i18n/format.ts'
import { describeFailure, useWords } from '../i18n/locale.tsx'
import { foldWidth } from '../title/characters.ts'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Segmented } from '../ui/Segmented.tsx'
import { TextField } from '../ui/TextField.tsx'
import { useNow } from '../ui/use-now.ts'
import { useFlow } from './flow-context.ts'

type Kind = 'amount' | 'phone_tail'
type Proof = NonNullable<LookUp['proof']>

/** What was typed as a proof, or null where it cannot be one: that is said at once and costs no attempt. */
export function readProof(kind: Kind, typed: string): Proof | null {
  const text = foldWidth(typed).replace(/[\s,，¥￥元]/g, '')
  if (kind === 'phone_tail') return /^\d{4}$/.test(text) ? { kind, tail: text } : null
  return /^\d{1,12}(\.\d{1,2})?$/.test(text) ? { kind, amount: text } : null
}

/** The second proof (X6). A wrong one and an unknown number get the same words, and too many a cool-down. */
export function ProveOrder({ number }: { number: string }) {
  const { steps } = useFlow()
  const { texts } = useWords()
  const words = texts.flow
  const [kind, setKind] = useState<Kind>('amount')
  const [typed, setTyped] = useState('')
  const [error, setError] = useState<string | null>(null)
  const { failure, isBusy, restsUntil, prove } = useProving(number)
  const leftMs = (restsUntil ?? 0) - useNow(restsUntil)

  const submit = () => {
    const proof = readProof(kind, typed)
    if (proof !== null) return void prove(proof)
    setError(kind === 'amount' ? words.proofAmountWrong : words.proofPhoneWrong)
    document.getElementById('proof')?.focus()
  }
  const change = (next: Kind) => {
    setKind(next)
    setTyped('')
    setError(null)
  }
  const isAmount = kind === 'amount'

  return (
    <form
      class="card"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (!isBusy && leftMs <= 0) submit()
      }}
    >
      <h1 tabIndex={-1}>{words.proofHeading}</h1>
      <div>
        <p class="digits">{words.proofIntro(number)}</p>
        <p class="muted">{words.proofWhy}</p>
      </div>
      <Segmented
        name="proof-kind"
        legend={words.proofKind}
        isLegendHidden
        options={[
          { value: 'amount', label: words.proofAmount },
          { value: 'phone_tail', label: words.proofPhone },
        ]}
        value={kind}
        onValue={change}
      />
      <TextField
        id="proof"
        label={isAmount ? words.proofAmountLabel : words.proofPhoneLabel}
        {...(isAmount ? { hint: words.proofAmountHint } : {})}
        error={error}
        value={typed}
        onValue={(value) => {
          setTyped(value)
          setError(null)
        }}
        isCode
        typing={{ inputMode: isAmount ? 'decimal' : 'numeric', autocomplete: 'off', enterkeyhint: 'done' }}
      />
      {leftMs > 0 && <Notice kind="warn">{words.cooldown(formatLeft(leftMs))}</Notice>}
      {failure !== null && <Notice kind="error">{describeFailure(texts, failure)}</Notice>}
      <Button kind="primary" type="submit" isBusy={isBusy} isOff={leftMs > 0}>
        {texts.actions.next}
      </Button>
      <Button kind="quiet" isWide onClick={() => steps.back()}>
        {texts.actions.back}
      </Button>
    </form>
  )
}

function useProving(number: string) {
  const { client, steps, orders } = useFlow()
  const [failure, setFailure] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const [restsUntil, setRestsUntil] = useState<number | null>(null)

  const prove = async (proof: Proof) => {
    setFailure(null)
    setBusy(true)
    try {
      const { session, order } = await lookUpOrder(client.call, { text: number, proof })
      if (session) client.session.accept(session)
      if (order === null) return
      orders.set(order.id, order)
      steps.push({ at: 'order', orderId: order.id })
    } catch (cause) {
      const restMs = restMsOf(cause)
      if (restMs > 0) setRestsUntil(Date.now() + restMs)
      else setFailure(cause)
    } finally {
      setBusy(false)
    }
  }
  return { failure, isBusy, restsUntil, prove }
}

/** How long a cool-down lasts; 0 for any other failure. */
function restMsOf(cause: unknown): number {
  if (!(cause instanceof ApiProblem) || cause.code !== 'proof_cooldown') return 0
  return (cause.retryAfter ?? 60) * 1_000
}
