import { useEffect, useRef } from 'preact/hooks'
import type { ReissuePlan } from '../../server/contract/reissues.ts'
import { formatFen } from '../i18n/format.ts'
import { describeFailure, useWords, wordsOf } from '../i18n/locale.tsx'
import { type ReissueTexts, useReissueTexts } from '../i18n/reissue.ts'
import { Button } from '../ui/Button.tsx'
import { Card, Facts } from '../ui/Card.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Segmented } from '../ui/Segmented.tsx'
import { ChangeList } from './ChangeList.tsx'
import { DocumentList } from './DocumentList.tsx'
import type { ReissueDesk } from './reissue.model.ts'

type Props = {
  desk: ReissueDesk
  /** The customer's own submit is carried out at once; an agent's plan is kept first. */
  isOwn: boolean
  onBack(): void
}

/** What will happen, before it happens (F12), and the one button that sets it going. Escape goes back. */
export function PlanCard({ desk, isOwn, onBack }: Props) {
  const { texts } = useWords()
  const words = useReissueTexts()
  const top = useRef<HTMLHeadingElement>(null)
  const { work, isBusy, failure } = desk.state()
  // What was pressed is gone: whoever hears the page goes on here.
  useEffect(() => top.current?.focus(), [])
  if (work?.at !== 'plan') return null
  const { plan } = work
  const leave = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !isBusy) onBack()
  }
  return (
    <section class="stack" aria-labelledby="plan" onKeyDown={leave}>
      <Card>
        <div>
          <h2 id="plan" ref={top} tabIndex={-1}>
            {words.planHeading}
          </h2>
          <p class="muted">{words.planIntro}</p>
        </div>
        {plan.methods.length > 1 && !isOwn && (
          <Segmented
            name="method"
            legend={words.method}
            options={plan.methods.map((value) => ({ value, label: words.methods[value] }))}
            value={plan.method}
            onValue={desk.choose}
          />
        )}
        <ChangeList changes={plan.changes} />
        <div class="stack-tight">
          <h3>{words.documents}</h3>
          <DocumentList documents={plan.documents} />
        </div>
        <Facts items={isOwn ? ownFacts(words, plan) : agentFacts(words, plan)} />
        {plan.errors.map(({ code, detail }) => (
          <Notice key={code} kind="error">
            {wordsOf(texts, code, detail)}
          </Notice>
        ))}
        {failure !== null && <Notice kind="error">{describeFailure(texts, failure)}</Notice>}
        {work.correction.cause !== 'refund' && (
          <p class="muted">{isOwn ? words.leftOwn(plan.left) : words.left(plan.left)}</p>
        )}
        <div class="confirm">
          {plan.errors.length === 0 && (
            <Button kind="primary" isBusy={isBusy} onClick={desk.submit}>
              {isOwn ? words.submitOwn : words.save}
            </Button>
          )}
          <Button isOff={isBusy} onClick={onBack}>
            {work.correction.cause === 'title' ? words.backToForm : words.cancel}
          </Button>
        </div>
      </Card>
    </section>
  )
}

function ownFacts(words: ReissueTexts, plan: ReissuePlan) {
  return [
    { name: words.consent, value: words.consents[plan.buyerConsent](plan.consentHours) },
    { name: words.review, value: plan.reviewReason && words.reviews[plan.reviewReason] },
    { name: words.oldLink, value: words.oldLinks[plan.oldLink] },
    { name: words.time, value: spent(words, plan.expectedSeconds) },
  ]
}

function agentFacts(words: ReissueTexts, plan: ReissuePlan) {
  const { restoredFen, neededFen, availableFen } = plan.credit
  return [
    { name: words.reason, value: words.reasons[plan.reason] },
    { name: words.method, value: plan.methods.length > 1 ? null : words.methods[plan.method] },
    { name: words.review, value: words.reviews[plan.reviewReason ?? 'none'] },
    { name: words.consent, value: words.consents[plan.buyerConsent](plan.consentHours) },
    {
      name: words.credit,
      value: (
        <>
          {words.creditEffect(formatFen(restoredFen), formatFen(neededFen))}
          {availableFen !== null && (
            <>
              <br />
              {words.creditAvailable(formatFen(availableFen))}
            </>
          )}
        </>
      ),
    },
    { name: words.writeBack, value: words.writeBackPlan[plan.isWrittenBack ? 'yes' : 'no'] },
    { name: words.oldLink, value: words.oldLinks[plan.oldLink] },
    { name: words.time, value: spent(words, plan.expectedSeconds) },
  ]
}

function spent(words: ReissueTexts, seconds: number): string {
  return seconds < 90 ? words.seconds(seconds) : words.minutes(Math.round(seconds / 60))
}
