import type { RequestState } from '../../server/contract/invoicing.ts'
import { useWords } from '../i18n/locale.tsx'

/** How far a request is: which of the three stages is under way, and whether it moves by itself. */
const STAGES: Readonly<Record<RequestState, { now: 0 | 1 | 2 | 3; isMoving: boolean }>> = {
  submitted: { now: 0, isMoving: true },
  in_review: { now: 0, isMoving: false },
  rejected: { now: 0, isMoving: false },
  withdrawn: { now: 0, isMoving: false },
  approved: { now: 1, isMoving: true },
  queued: { now: 1, isMoving: true },
  issuing: { now: 1, isMoving: true },
  held: { now: 1, isMoving: false },
  in_doubt: { now: 1, isMoving: false },
  issued: { now: 3, isMoving: false },
}

/** 受理 → 开票中 → 已开具, from the true state and never from a timer. A change is read out. */
export function StatusSteps({ state }: { state: RequestState }) {
  const { texts } = useWords()
  const { stages } = texts.flow
  const { now } = STAGES[state]
  return (
    <>
      <ol class="steps">
        {[stages.accepted, stages.issuing, stages.issued].map((name, index) => (
          <Step key={name} name={name} state={state} place={Math.sign(index - now)} />
        ))}
      </ol>
      <p class="unseen" role="status">
        {texts.requestStates[state]}
      </p>
    </>
  )
}

/** `place` is before (−1), at (0) or after (1) what is under way. */
function Step({ name, state, place }: { name: string; state: RequestState; place: number }) {
  const { stageDone, stageNow, stageNext } = useWords().texts.flow
  if (place > 0) return <StepItem look="step" name={name} word={stageNext} />
  if (place < 0) return <StepItem look="step step-done" name={name} word={stageDone} />
  const look = STAGES[state].isMoving ? 'step step-now step-moving' : 'step step-now step-waiting'
  return <StepItem look={look} name={name} word={stageNow} isCurrent />
}

type Item = { look: string; name: string; word: string; isCurrent?: boolean }

function StepItem({ look, name, word, isCurrent }: Item) {
  return (
    <li class={look} aria-current={isCurrent ? 'step' : undefined}>
      {name}
      <span class="unseen">{word}</span>
    </li>
  )
}
