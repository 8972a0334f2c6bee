import { useState } from 'preact/hooks'
import type { ReviewItem } from '../../server/contract/reviews.ts'
import type { Client } from '../api/client.ts'
import { type Decision, decideReview } from '../api/decide-review.ts'
import { ApiProblem } from '../api/problems.ts'
import { stepUp } from '../api/step-up.ts'
import { useConsoleTexts } from '../i18n/console.ts'
import { describeFailure, useWords } from '../i18n/locale.tsx'
import { Button } from '../ui/Button.tsx'
import { Card } from '../ui/Card.tsx'
import { Notice } from '../ui/Notice.tsx'
import { RejectForm } from './RejectForm.tsx'
import { StepUpForm } from './StepUpForm.tsx'

type Props = {
  client: Client
  item: ReviewItem
  mayDecide: boolean
  onChanged(): void
  onDone(sentence: string): void
}

type Stage =
  | { readonly at: 'choose' }
  | { readonly at: 'reject' }
  /** The server asked for the second factor before this decision. */
  | { readonly at: 'step_up'; readonly decision: Decision }

const codeOf = (cause: unknown) => (cause instanceof ApiProblem ? cause.code : null)

/** Yes, or no with a reason. Own items are for somebody else, and that is said instead of the buttons. */
export function Decide({ client, item, mayDecide, onChanged, onDone }: Props) {
  const { texts } = useWords()
  const words = useConsoleTexts()
  const [stage, setStage] = useState<Stage>({ at: 'choose' })
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)

  if (!mayDecide) return <Notice>{words.readOnly}</Notice>
  if (item.isOwn) return <Notice kind="warn">{words.ownHint}</Notice>

  const turn = (next: Stage) => {
    setFailure(null)
    setStage(next)
  }
  const refuse = (cause: unknown, decision: Decision) => {
    const code = codeOf(cause)
    if (code === 'step_up_needed') return turn({ at: 'step_up', decision })
    setFailure(cause)
    if (code === 'review_item_changed') onChanged()
  }
  const run = async (decision: Decision, code: string | null) => {
    if (isBusy) return
    setBusy(true)
    setFailure(null)
    try {
      if (code !== null) await stepUp(client.call, code)
      await decideReview(client.call, item, decision)
      onDone((decision.kind === 'approve' ? words.approved : words.rejected)(item.buyerName))
    } catch (cause) {
      setBusy(false)
      refuse(cause, decision)
    }
  }
  const wrong = failure === null ? null : describeFailure(texts, failure)
  return (
    <div class={stage.at === 'choose' ? 'decide decide-fixed' : 'decide'}>
      <Card>
        {stage.at === 'choose' && (
          <>
            {wrong !== null && <Notice kind="error">{wrong}</Notice>}
            <div class="decide-row">
              <Button kind="primary" isBusy={isBusy} onClick={() => void run({ kind: 'approve' }, null)}>
                {words.approve}
              </Button>
              <Button isOff={isBusy} onClick={() => turn({ at: 'reject' })}>
                {words.reject}
              </Button>
            </div>
          </>
        )}
        {stage.at === 'reject' && (
          <RejectForm
            item={item}
            isBusy={isBusy}
            wrong={wrong}
            onReject={(decision) => void run(decision, null)}
            onCancel={() => turn({ at: 'choose' })}
          />
        )}
        {stage.at === 'step_up' && (
          <StepUpForm
            isBusy={isBusy}
            wrong={wrong}
            onCode={(code) => void run(stage.decision, code)}
            onCancel={() => turn({ at: 'choose' })}
          />
        )}
      </Card>
    </div>
  )
}
