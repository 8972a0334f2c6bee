import { useState } from 'preact/hooks'
import type { OrderView } from '../../server/contract/orders.ts'
import type { Client } from '../api/client.ts'
import { type RevealedBuyer, revealBuyer } from '../api/reveal-buyer.ts'
import { describeFailure, useWords } from '../i18n/locale.tsx'
import { useSidebarTexts } from '../i18n/sidebar.ts'
import { Button } from '../ui/Button.tsx'
import { Facts } from '../ui/Card.tsx'
import { TextField } from '../ui/TextField.tsx'

type State =
  | { kind: 'masked' }
  | { kind: 'asked'; isBusy: boolean; failure: unknown }
  | { kind: 'shown'; revealed: RevealedBuyer }

type Props = { client: Client; orderId: string; buyer: OrderView['buyer'] }

const NO_REASON = Symbol('no reason')

/** Full values for a reason (F15). They live in this component alone and are gone with it. */
export function BuyerReveal({ client, orderId, buyer }: Props) {
  const { texts } = useWords()
  const words = useSidebarTexts()
  const [state, setState] = useState<State>({ kind: 'masked' })
  const [reason, setReason] = useState('')

  if (state.kind === 'shown') {
    const { name, phone, email, address, revealsLeft } = state.revealed
    return (
      <div class="stack-tight revealed" role="status">
        <Facts
          items={[
            { name: words.buyer, value: name },
            { name: words.buyerPhone, value: phone && <span class="digits">{phone}</span> },
            { name: words.buyerEmail, value: email },
            { name: words.buyerAddress, value: address },
          ]}
        />
        <div class="row">
          <Button kind="quiet" onClick={() => setState({ kind: 'masked' })}>
            {words.hide}
          </Button>
          <span class="muted">{words.revealsLeft(revealsLeft)}</span>
        </div>
      </div>
    )
  }
  if (state.kind === 'masked') {
    const ask = () => setState({ kind: 'asked', isBusy: false, failure: null })
    const masked = [buyer.name, buyer.phone, buyer.email].filter(Boolean).join(' · ')
    return (
      <div class="buyer">
        <span>
          <span class="muted">{words.buyer}</span> {masked}
        </span>
        <Button kind="quiet" onClick={ask}>
          {words.reveal}
        </Button>
      </div>
    )
  }
  const submit = (event: Event) => {
    event.preventDefault()
    if (state.isBusy) return
    if (reason.trim().length < 2) return setState({ kind: 'asked', isBusy: false, failure: NO_REASON })
    setState({ kind: 'asked', isBusy: true, failure: null })
    revealBuyer(client.call, orderId, reason.trim()).then(
      (revealed) => setState({ kind: 'shown', revealed }),
      (failure: unknown) => setState({ kind: 'asked', isBusy: false, failure }),
    )
  }
  return (
    <form class="stack-tight" onSubmit={submit}>
      <TextField
        id={`reason-${orderId}`}
        label={words.revealReason}
        hint={words.revealHint}
        error={
          state.failure === null
            ? null
            : state.failure === NO_REASON
              ? texts.problems.reveal_reason_missing
              : describeFailure(texts, state.failure)
        }
        value={reason}
        onValue={setReason}
        typing={{ maxLength: 200, autocomplete: 'off' }}
      />
      <div class="row">
        <Button type="submit" isBusy={state.isBusy}>
          {words.revealSubmit}
        </Button>
        <Button kind="quiet" onClick={() => setState({ kind: 'masked' })}>
          {texts.actions.back}
        </Button>
      </div>
    </form>
  )
}
