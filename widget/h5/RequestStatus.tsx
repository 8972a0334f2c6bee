import type { FixAsk, InvoiceRequestView } from '../../server/contract/invoicing.ts'
import { formatLeft, formatTime } from '../i18n/format.ts'
import { useLaterTexts } from '../i18n/later.ts'
import { useWords } from '../i18n/locale.tsx'
import type { Texts } from '../i18n/texts.ts'
import { Button } from '../ui/Button.tsx'
import { Card, Facts } from '../ui/Card.tsx'
import { FixForm } from '../ui/FixForm.tsx'
import { Money } from '../ui/Money.tsx'
import { Notice } from '../ui/Notice.tsx'
import { StatusSteps } from '../ui/StatusSteps.tsx'
import { useNow } from '../ui/use-now.ts'

type Props = {
  request: InvoiceRequestView
  isBusy: boolean
  failure: unknown
  onWithdraw(): void
  /** Takes the request back and opens the form with what was typed (F6). */
  onEdit(): void
  /** Answers a rejection: the same request goes on (F9). */
  onFix(fix: FixAsk): void
  /** Back to the form: after a rejection that nothing can mend, or a withdrawal. */
  onAskAgain(): void
}

/** 开票申请 as it truly stands (S1-07): stage, what it waits for, when, and what can be done now. */
export function RequestStatus(props: Props) {
  const { request, isBusy, onWithdraw, onEdit, onAskAgain } = props
  const { texts, locale } = useWords()
  const { state, expectedAt } = request
  return (
    <Card>
      {state === 'withdrawn' ? null : <StatusSteps state={state} />}
      <div class="stack-tight">
        <h2>{texts.requestStates[state]}</h2>
        <p>{sentenceFor(texts, request)}</p>
        {expectedAt !== null && (
          <p class="muted">{texts.progress.expected(formatTime(expectedAt, locale))}</p>
        )}
      </div>
      {state === 'rejected' && <Rejected {...props} />}
      {state === 'in_doubt' && <Doubt doubt={request.doubt} />}
      {state === 'withdrawn' && (
        <Button kind="primary" onClick={onAskAgain}>
          {texts.actions.askAgain}
        </Button>
      )}
      {request.undoUntil !== null && (
        <Undo until={request.undoUntil} isBusy={isBusy} onWithdraw={onWithdraw} onEdit={onEdit} />
      )}
      <RequestFacts request={request} />
    </Card>
  )
}

function RequestFacts({ request }: Pick<Props, 'request'>) {
  const { texts } = useWords()
  const later = useLaterTexts()
  return (
    <Facts
      items={[
        { name: texts.flow.ticket, value: <span class="digits">{request.ticketNumber}</span> },
        { name: texts.flow.order, value: <span class="digits">{request.orderNumbers.join(', ')}</span> },
        { name: texts.flow.buyerName, value: request.buyerName },
        { name: later.overrideNote, value: request.overrideReason },
        { name: texts.flow.gross, value: <Money fen={request.amountFen} /> },
        ...request.siblings.map(({ ticketNumber, state, amountFen }) => ({
          name: `${later.siblings} ${ticketNumber}`,
          value: (
            <>
              {texts.requestStates[state]} <Money fen={amountFen} />
            </>
          ),
        })),
      ]}
    />
  )
}

/** What failed, and the form for that alone; where nothing is named, the whole form again. */
function Rejected({ request, isBusy, failure, onFix, onAskAgain }: Props) {
  const { texts } = useWords()
  return (
    <>
      {request.rejectDetail && <Notice kind="warn">{request.rejectDetail}</Notice>}
      {request.fix !== null && request.fix.fields.length > 0 ? (
        <FixForm request={request} isBusy={isBusy} failure={failure} onFix={onFix} />
      ) : (
        <Button kind="primary" onClick={onAskAgain}>
          {texts.actions.fixTitle}
        </Button>
      )}
    </>
  )
}

/** 正在核实 (F11): how often the bureau was asked and when it is asked next. There is nothing to press. */
function Doubt({ doubt }: { doubt: InvoiceRequestView['doubt'] }) {
  const { locale, texts } = useWords()
  const words = useLaterTexts()
  if (doubt === null) return null
  const spans = doubt.scheduleSeconds.map((seconds) =>
    seconds < 60 ? words.seconds(seconds) : words.minutes(Math.round(seconds / 60)),
  )
  return (
    <Notice kind="warn">
      <p>{words.doubtAsked(doubt.askedCount)}</p>
      {doubt.nextQueryAt !== null && <p>{words.doubtNext(formatTime(doubt.nextQueryAt, locale))}</p>}
      {spans.length > 0 && (
        <p>{words.doubtSchedule(spans.join(texts.languageName === '中文' ? '、' : ', '))}</p>
      )}
    </Notice>
  )
}

function sentenceFor(texts: Texts, { state, heldReason, fix }: InvoiceRequestView): string {
  if (state === 'held' && heldReason === 'credit_exhausted') return texts.progress.heldCredit
  if (state === 'rejected' && fix !== null) return texts.progress.rejectedFix
  return texts.progress[state]
}

type UndoProps = { until: string } & Pick<Props, 'isBusy' | 'onWithdraw' | 'onEdit'>

/** The undo window. Its end is the server's: the countdown only says how long it is likely to be open. */
function Undo({ until, isBusy, onWithdraw, onEdit }: UndoProps) {
  const { texts } = useWords()
  const words = useLaterTexts()
  const end = Date.parse(until)
  const leftMs = end - useNow(end)
  if (!(leftMs > 0)) return null
  return (
    <div class="stack-tight">
      <p class="muted digits">{texts.progress.undo(formatLeft(leftMs))}</p>
      <div class="two">
        <Button isBusy={isBusy} onClick={onEdit}>
          {words.edit}
        </Button>
        <Button isBusy={isBusy} onClick={onWithdraw}>
          {texts.actions.withdraw}
        </Button>
      </div>
    </div>
  )
}
