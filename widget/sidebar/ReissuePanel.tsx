import { useEffect, useRef } from 'preact/hooks'
import type { InvoiceView } from '../../server/contract/invoicing.ts'
import type { ReissueView } from '../../server/contract/reissues.ts'
import { waitMs } from '../api/back-off.ts'
import { createAcknowledgeLink } from '../api/create-acknowledge-link.ts'
import { formatTime } from '../i18n/format.ts'
import { describeFailure, useWords, wordsOf } from '../i18n/locale.tsx'
import { useReissueTexts } from '../i18n/reissue.ts'
import { CorrectionForm } from '../reissue/CorrectionForm.tsx'
import { PlanCard } from '../reissue/PlanCard.tsx'
import { ReissueActions, ReissueStatus } from '../reissue/ReissueStatus.tsx'
import { Relations } from '../reissue/Relations.tsx'
import { createReissueDesk, ENDED, type ReissueDesk } from '../reissue/reissue.model.ts'
import { Button } from '../ui/Button.tsx'
import { Card } from '../ui/Card.tsx'
import { Notice } from '../ui/Notice.tsx'
import { InsertResult } from './InsertResult.tsx'
import type { IssuedProps } from './IssuedInvoice.tsx'
import { useInsertion } from './insert-text.model.ts'
import { useStore } from './use-store.ts'

type Props = Omit<IssuedProps, 'invoiceId'> & {
  invoice: InvoiceView
  onOpen(invoiceId: string): void
}

/** 换开 beside a chat: what may be asked for, its plan, and how far it is. */
export function ReissuePanel(props: Props) {
  const { client, talk, invoice, onOpen } = props
  const { texts } = useWords()
  const words = useReissueTexts()
  const desk = talk.deskOf(invoice.id, () => createReissueDesk({ ...client, wait: waitMs }, invoice.id))
  useStore(desk)
  useEffect(() => desk.open(), [desk])
  const { reissue, work, failure, isBusy } = desk.state()
  useFocusAfterWork(work === null, reissue !== null)
  const isRunning = reissue !== null && !ENDED.includes(reissue.state)
  return (
    <>
      {failure !== null && work === null && <Notice kind="error">{describeFailure(texts, failure)}</Notice>}
      {reissue === null && <Relations invoice={invoice} onOpen={onOpen} />}
      {reissue !== null && (
        <ReissueStatus reissue={reissue} isAgent at={invoice.id} onOpen={onOpen}>
          {isRunning && <Acknowledgement {...props} reissue={reissue} />}
          {reissue.state === 'in_review' && reissue.cause === 'refund' && (
            <p class="muted">{words.waitsFinance}</p>
          )}
          <ReissueActions reissue={reissue} isBusy={isBusy} acts={desk} />
          {reissue.actions.includes('retry_blue') && work === null && (
            <Button isOff={isBusy} onClick={() => desk.begin('title', invoice)}>
              {words.retryOther}
            </Button>
          )}
        </ReissueStatus>
      )}
      {work?.at === 'form' && (
        <CorrectionForm
          desk={desk}
          call={client.call}
          heading={words.agentActions.title}
          onCancel={desk.cancel}
        />
      )}
      {work?.at === 'plan' && <PlanCard desk={desk} isOwn={false} onBack={desk.back} />}
      {work === null && !isRunning && <Offer desk={desk} invoice={invoice} />}
    </>
  )
}

/** The plan is kept and its button gone: the hands go on at the state that came of it. */
function useFocusAfterWork(isIdle: boolean, hasReissue: boolean): void {
  const wasIdle = useRef(isIdle)
  useEffect(() => {
    if (isIdle && !wasIdle.current && hasReissue) document.getElementById('reissue-state')?.focus()
    wasIdle.current = isIdle
  }, [isIdle, hasReissue])
}

/** What can be asked for; where nothing can, the rule that says so. */
function Offer({ desk, invoice }: { desk: ReissueDesk; invoice: InvoiceView }) {
  const { texts } = useWords()
  const words = useReissueTexts()
  const { offer, isBusy } = desk.state()
  if (offer === null || invoice.colour === 'red' || offer.code === 'reissue_not_possible') return null
  const isStale = offer.stale !== null
  return (
    <Card heading={words.agentHeading}>
      {offer.code !== null && (
        <p>{offer.code === 'reissue_limit_reached' ? words.limits.agent : wordsOf(texts, offer.code, '')}</p>
      )}
      {(offer.code === null || isStale) && (
        <div class="two">
          {offer.code === null && (
            <>
              <Button isOff={isBusy} onClick={() => desk.begin('title', invoice)}>
                {words.agentActions.title}
              </Button>
              <Button isOff={isBusy} onClick={() => desk.begin('kind', invoice)}>
                {words.agentActions.kind}
              </Button>
            </>
          )}
          {isStale && (
            <Button isBusy={isBusy} onClick={() => desk.begin('refund', invoice)}>
              {words.agentActions.refund}
            </Button>
          )}
        </div>
      )}
      {offer.code === null && <p class="muted">{words.offerLeft(offer.left)}</p>}
    </Card>
  )
}

/** 请客户确认 (F7): the link goes into the reply box, the tick appears by itself. */
function Acknowledgement({ client, host, conversation, reissue }: Props & { reissue: ReissueView }) {
  const { locale } = useWords()
  const words = useReissueTexts()
  const { insertion, insert } = useInsertion(host, conversation)
  if (reissue.acknowledgedAt !== null) {
    return <Notice kind="ok">✓ {words.acknowledged(formatTime(reissue.acknowledgedAt, locale))}</Notice>
  }
  if (reissue.state !== 'planned' && reissue.state !== 'in_review') return null
  if (reissue.cause === 'refund') return null
  const ask = async () => {
    const { url } = await createAcknowledgeLink(client.call, reissue.id)
    return words.acknowledgeText(url)
  }
  return (
    <div class="stack-tight">
      <p class="muted" role="status">
        {words.notAcknowledged}
      </p>
      <Button isWide isBusy={insertion.kind === 'busy'} onClick={() => void insert(ask)}>
        {words.askCustomer}
      </Button>
      <InsertResult insertion={insertion} />
    </div>
  )
}
