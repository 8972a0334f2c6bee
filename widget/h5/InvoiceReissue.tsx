import type { InvoiceView } from '../../server/contract/invoicing.ts'
import type { ReissueOffer, ReissueView } from '../../server/contract/reissues.ts'
import { describeFailure, useWords, wordsOf } from '../i18n/locale.tsx'
import { useReissueTexts } from '../i18n/reissue.ts'
import { ChangeList } from '../reissue/ChangeList.tsx'
import { ReissueActions, ReissueStatus } from '../reissue/ReissueStatus.tsx'
import { Relations } from '../reissue/Relations.tsx'
import { ENDED, type ReissueDesk } from '../reissue/reissue.model.ts'
import { Button } from '../ui/Button.tsx'
import { Card } from '../ui/Card.tsx'
import { Notice } from '../ui/Notice.tsx'
import { useFlow } from './flow-context.ts'
import { useDesk } from './use-desk.ts'

type Props = { invoice: InvoiceView }

/** Its reissue says it already. */
function isTold(reissue: ReissueView | null): boolean {
  return reissue !== null && reissue.state !== 'withdrawn'
}

/** A correction after a refund says why it is there; one for another reason leads to an amount that fits. */
function needsStaleNote(reissue: ReissueView | null): boolean {
  return reissue === null || reissue.cause === 'refund' || ENDED.includes(reissue.state)
}

/** Above the files: changes to confirm (F7), a reissue that runs, or where the invoice went. */
export function InvoiceReissue({ invoice }: Props) {
  const { steps } = useFlow()
  const { texts } = useWords()
  const words = useReissueTexts()
  const desk = useDesk(invoice.id)
  const { reissue, offer, failure, isBusy } = desk.state()
  const isStale = (offer?.stale ?? invoice.stale) !== null
  return (
    <>
      {failure !== null && reissue !== null && (
        <Notice kind="error">{describeFailure(texts, failure)}</Notice>
      )}
      {isStale && needsStaleNote(reissue) && <Notice kind="warn">{words.staleCustomer}</Notice>}
      {reissue?.actions.includes('acknowledge') && <Acknowledge desk={desk} reissue={reissue} />}
      {reissue !== null && !reissue.actions.includes('acknowledge') && reissue.state !== 'withdrawn' && (
        <ReissueStatus
          reissue={reissue}
          isAgent={false}
          at={invoice.id}
          onOpen={(invoiceId) => steps.push({ at: 'invoice', invoiceId })}
        >
          {reissue.state === 'planned' && reissue.acknowledgedAt !== null && (
            <Notice kind="ok">{words.acknowledgeDone}</Notice>
          )}
          <NewInvoice reissue={reissue} at={invoice.id} />
          <ReissueActions reissue={reissue} isBusy={isBusy} acts={desk} />
        </ReissueStatus>
      )}
    </>
  )
}

/** From the old invoice to the new one: the one thing to do on an old link. */
function NewInvoice({ reissue, at }: { reissue: ReissueView; at: string }) {
  const { steps } = useFlow()
  const words = useReissueTexts()
  const { replacement } = reissue
  if (replacement === null || replacement.id === at) return null
  return (
    <Button kind="primary" onClick={() => steps.push({ at: 'invoice', invoiceId: replacement.id })}>
      {words.openReplacement}
    </Button>
  )
}

/** The customer confirms exactly what is shown; the shop sees it at once (F7). */
function Acknowledge({ desk, reissue }: { desk: ReissueDesk; reissue: ReissueView }) {
  const words = useReissueTexts()
  return (
    <Card>
      <div>
        <h2>{words.acknowledgeHeading}</h2>
        <p class="muted">{words.acknowledgeIntro}</p>
      </div>
      <ChangeList changes={reissue.changes} />
      <Button kind="primary" isBusy={desk.state().isBusy} onClick={desk.acknowledge}>
        {words.acknowledge}
      </Button>
      <p class="muted">{words.acknowledgeWrong}</p>
    </Card>
  )
}

/** 信息填错了？ (P6): what may still be corrected by oneself, and how often. */
export function InvoiceCorrection({ invoice }: Props) {
  const { steps } = useFlow()
  const { offer, reissue } = useDesk(invoice.id).state()
  const related = isTold(reissue) ? null : (
    <Relations invoice={invoice} onOpen={(invoiceId) => steps.push({ at: 'invoice', invoiceId })} />
  )
  return (
    <>
      {related}
      <Ask {...{ offer, reissue, invoice }} />
    </>
  )
}

type AskProps = Props & { offer: ReissueOffer | null; reissue: ReissueView | null }

function Ask({ offer, reissue, invoice }: AskProps) {
  const { steps } = useFlow()
  const { texts } = useWords()
  const words = useReissueTexts()
  if (offer === null || invoice.colour === 'red') return null
  if (reissue !== null && !ENDED.includes(reissue.state)) return null
  if (offer.code === 'reissue_not_possible') return null
  const why = offer.code ?? 'reissue_limit_reached'
  const isOpen = offer.code === null && offer.fields.length > 0
  return (
    <Card heading={words.ask}>
      {isOpen ? (
        <div class="stack-tight">
          <Button isWide onClick={() => steps.push({ at: 'correct', invoiceId: invoice.id })}>
            {words.correct}
          </Button>
          <p class="muted">{words.correctHint(offer.left)}</p>
        </div>
      ) : (
        <p>{why === 'reissue_limit_reached' ? words.limits.customer : wordsOf(texts, why, '')}</p>
      )}
    </Card>
  )
}
