import type { ComponentChildren } from 'preact'
import type { ReissueView } from '../../server/contract/reissues.ts'
import { formatLeft, formatTime } from '../i18n/format.ts'
import { useWords } from '../i18n/locale.tsx'
import { type ReissueTexts, useReissueTexts } from '../i18n/reissue.ts'
import { Button } from '../ui/Button.tsx'
import { Card, Facts } from '../ui/Card.tsx'
import { Notice } from '../ui/Notice.tsx'
import { useNow } from '../ui/use-now.ts'
import { ChangeList } from './ChangeList.tsx'
import { DocumentList } from './DocumentList.tsx'
import { PaperList } from './PaperList.tsx'
import { SagaSteps } from './SagaSteps.tsx'

type Props = {
  reissue: ReissueView
  /** Agents read what to do next; customers read what happens. */
  isAgent: boolean
  /** Shows another invoice: the red, the new or the old one. Null for the one on the screen. */
  onOpen(invoiceId: string): void
  /** The invoice around this status. */
  at: string | null
  /** What can be done now, below the state. */
  children?: ComponentChildren
}

/** 换开 as it truly stands: state, steps, who is waited for until when, and both invoices, linked. */
export function ReissueStatus({ reissue, isAgent, onOpen, at, children }: Props) {
  const words = useReissueTexts()
  const { state, method } = reissue
  const sentence = state === 'done' ? words.doneBy[method] : words.sentences[state]
  const next = isAgent ? words.next[state] : undefined
  return (
    <Card>
      <div class="stack-tight" role="status">
        <h2 id="reissue-state" tabIndex={-1}>
          {method === 'replace' ? words.heading : words.methods[method]} · {words.states[state]}
        </h2>
        <p>{sentence}</p>
      </div>
      {reissue.endDetail !== null && <Notice kind="warn">{reissue.endDetail}</Notice>}
      {reissue.heldReason !== null && <Notice kind="warn">{words.heldReasons[reissue.heldReason]}</Notice>}
      {state === 'waiting_buyer' && <Consent until={reissue.consentUntil} />}
      <SagaSteps reissue={reissue} />
      {next !== undefined && (
        <p class="next-step">
          <b>{words.nextStep}</b> {next}
        </p>
      )}
      {children}
      <ChangeList changes={reissue.changes} />
      {state === 'done' ? null : <DocumentList documents={reissue.documents} />}
      <Facts items={factsOf(words, reissue, isAgent)} />
      <PaperList
        papers={[
          [words.original, reissue.original],
          [words.redInvoice, reissue.red],
          [words.replacement, reissue.replacement],
        ]}
        at={at}
        onOpen={onOpen}
      />
    </Card>
  )
}

function factsOf(words: ReissueTexts, reissue: ReissueView, isAgent: boolean) {
  const { reason, redFormNumber, writeBack } = reissue
  return [
    { name: words.reason, value: words.reasons[reason] },
    { name: words.redForm, value: redFormNumber && <span class="digits">{redFormNumber}</span> },
    {
      name: words.writeBack,
      value: isAgent && writeBack !== null ? (writeBack.detail ?? words.writeBacks[writeBack.state]) : null,
    },
  ]
}

const HOUR_MS = 3_600_000

/** 待购方确认. The end is the bureau's: the countdown only says how long there is likely to be. */
function Consent({ until }: { until: string | null }) {
  const { locale } = useWords()
  const words = useReissueTexts()
  const end = until === null ? null : Date.parse(until)
  const leftMs = (end ?? 0) - useNow(end)
  if (until === null) return null
  if (leftMs <= 0) return <Notice kind="warn">{words.consentOver}</Notice>
  const left =
    leftMs < HOUR_MS
      ? formatLeft(leftMs)
      : words.hours(Math.floor(leftMs / HOUR_MS), Math.floor((leftMs % HOUR_MS) / 60_000))
  // Not a live region: a clock that is read out every minute helps nobody.
  return <p class="notice notice-warn digits">{words.consentLeft(left, formatTime(until, locale))}</p>
}

/** The button for each thing that the server says may be done now. */
export function ReissueActions({ reissue, isBusy, acts }: ActionProps) {
  const words = useReissueTexts()
  const can = (act: ReissueView['actions'][number]) => reissue.actions.includes(act)
  return (
    <>
      {can('execute') && (
        <div class="stack-tight">
          <Button kind="primary" isBusy={isBusy} onClick={acts.execute}>
            {words.execute}
          </Button>
          <p class="muted">{words.executeHint}</p>
        </div>
      )}
      {can('retry_blue') && (
        <Button kind="primary" isBusy={isBusy} onClick={acts.retryBlue}>
          {words.retryBlue}
        </Button>
      )}
      {can('withdraw') && (
        <Button isBusy={isBusy} onClick={acts.withdraw}>
          {words.withdraw}
        </Button>
      )}
    </>
  )
}

type ActionProps = {
  reissue: ReissueView
  isBusy: boolean
  acts: { execute(): void; retryBlue(): void; withdraw(): void }
}
