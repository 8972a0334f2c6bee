import type { ReissueState, ReissueView } from '../../server/contract/reissues.ts'
import { useWords } from '../i18n/locale.tsx'
import { useReissueTexts } from '../i18n/reissue.ts'

type Step = 'plan' | 'review' | 'form' | 'consent' | 'red' | 'blue' | 'notify' | 'done'

/** The step that a state is at. An early end stands where it ended. */
const AT: Readonly<Record<ReissueState, Step>> = {
  planned: 'plan',
  in_review: 'review',
  red_requested: 'form',
  waiting_buyer: 'consent',
  red_issued: 'red',
  blue_issuing: 'blue',
  blue_failed: 'blue',
  writing_back: 'notify',
  done: 'done',
  rejected: 'review',
  red_refused: 'form',
  buyer_refused: 'consent',
  lapsed: 'consent',
  withdrawn: 'plan',
}

const STOPPED: readonly ReissueState[] = [
  'blue_failed',
  'rejected',
  'red_refused',
  'buyer_refused',
  'lapsed',
  'withdrawn',
]
/** A person has to do something: nothing turns. */
const WAITING: readonly ReissueState[] = ['planned', 'in_review', 'waiting_buyer']

/** The steps that this reissue takes, in order: what it skips is not shown. */
export function stepsOf({ state, method, reviewReason, consentUntil }: Facts): Step[] {
  const steps: Step[] = ['plan']
  if (reviewReason !== null || AT[state] === 'review') steps.push('review')
  steps.push('form')
  if (consentUntil !== null || AT[state] === 'consent') steps.push('consent')
  steps.push('red')
  if (method === 'replace') steps.push('blue')
  return [...steps, 'notify', 'done']
}

type Facts = Pick<ReissueView, 'state' | 'method' | 'reviewReason' | 'consentUntil'>

/** The saga from its true state and never from a timer. The state itself is read out beside it. */
export function SagaSteps({ reissue }: { reissue: ReissueView }) {
  const { state } = reissue
  const steps = stepsOf(reissue)
  const now = state === 'done' ? steps.length : steps.indexOf(AT[state])
  return (
    <ol class="saga">
      {steps.map((step, index) => (
        <StepItem key={step} step={step} state={state} place={Math.sign(index - now)} />
      ))}
    </ol>
  )
}

/** `place` is before (−1), at (0) or after (1) where the saga is. */
function StepItem({ step, state, place }: { step: Step; state: ReissueState; place: number }) {
  const { stageDone, stageNow, stageNext } = useWords().texts.flow
  const words = useReissueTexts()
  if (place !== 0) {
    return (
      <li class={`saga-step ${place < 0 ? 'saga-done' : 'saga-next'}`}>
        {words.steps[step]}
        <span class="unseen">{place < 0 ? stageDone : stageNext}</span>
      </li>
    )
  }
  const isStopped = STOPPED.includes(state)
  const look = isStopped ? 'saga-stopped' : WAITING.includes(state) ? 'saga-waiting' : 'saga-moving'
  return (
    <li class={`saga-step saga-now ${look}`} aria-current="step">
      {words.steps[step]}
      <span class={isStopped ? 'saga-note' : 'unseen'}>{isStopped ? words.stopped : stageNow}</span>
    </li>
  )
}
