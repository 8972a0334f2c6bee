import { useRef, useState } from 'preact/hooks'
import type { TicketView } from '../../server/contract/tickets.ts'
import { newKey } from '../api/new-key.ts'
import { openTicket } from '../api/open-ticket.ts'
import { formatTime } from '../i18n/format.ts'
import { describeFailure, useWords } from '../i18n/locale.tsx'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import { useFlow } from './flow-context.ts'

type Props = {
  orderId: string | null
  /** The self-service period is over: the shop is asked to issue, not only to help. */
  isLate?: boolean
  /** The one thing to do, or help at the end of a page. */
  kind: 'primary' | 'quiet'
}

/** 找客服: opens one ticket, however often it is tapped, and shows its number for keeping. */
export function AskService({ orderId, isLate = false, kind }: Props) {
  const { client } = useFlow()
  const { texts, locale } = useWords()
  const service = client.session.current()?.shops[0]?.serviceText ?? null
  const [ticket, setTicket] = useState<TicketView | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const key = useRef(newKey()) // One ticket, however often it is tapped.

  const ask = async () => {
    setBusy(true)
    setFailure(null)
    try {
      const about = isLate ? 'deadline_passed' : 'help'
      setTicket(await openTicket(client.call, { kind: about, orderId }, key.current))
    } catch (cause) {
      setFailure(cause)
    } finally {
      setBusy(false)
    }
  }

  if (ticket !== null) {
    return (
      <Notice kind="ok">
        <p>
          {texts.ticket.opened} · {texts.ticket.number} <strong class="digits">{ticket.number}</strong>
        </p>
        <p>{texts.ticket.due(formatTime(ticket.dueAt, locale))}</p>
      </Notice>
    )
  }
  return (
    <div class="stack-tight">
      {failure !== null && <Notice kind="error">{describeFailure(texts, failure)}</Notice>}
      <Button kind={kind} isWide isBusy={isBusy} onClick={() => void ask()}>
        {isLate ? texts.actions.contactServiceLate : texts.actions.contactService}
      </Button>
      {service !== null && <p class="muted service">{service}</p>}
    </div>
  )
}
