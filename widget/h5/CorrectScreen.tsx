import { useEffect, useRef } from 'preact/hooks'
import { getInvoice } from '../api/get-invoice.ts'
import { useWords } from '../i18n/locale.tsx'
import { useReissueTexts } from '../i18n/reissue.ts'
import { CorrectionForm } from '../reissue/CorrectionForm.tsx'
import { PlanCard } from '../reissue/PlanCard.tsx'
import { ENDED, type ReissueDesk } from '../reissue/reissue.model.ts'
import { Skeleton } from '../ui/Skeleton.tsx'
import { Failure } from './Failure.tsx'
import { useFlow } from './flow-context.ts'
import { useDesk } from './use-desk.ts'
import { useFollowed } from './use-followed.ts'

export type CorrectProps = { invoiceId: string; at: 'correct' | 'plan' }

/** Correcting one's own invoice: the form, then the plan. Back leads from the plan to the form. */
export function CorrectScreen({ invoiceId, at }: CorrectProps) {
  const { client, steps } = useFlow()
  const { texts } = useWords()
  const words = useReissueTexts()
  const desk = useDesk(invoiceId)
  const { value, failure, again } = useFollowed(client, {
    topic: `invoice:${invoiceId}`,
    read: () => getInvoice(client.call, invoiceId),
    isSettled: () => true,
  })
  const { work, offer } = desk.state()
  useEffect(() => {
    if (value !== null && desk.state().work === null) desk.begin('title', value)
  }, [value])
  usePlaces(desk, { invoiceId, at })

  if (failure !== null && value === null) return <Failure cause={failure} onRetry={again} />
  if (work === null || offer === null) return <Skeleton label={texts.flow.loading} />
  return (
    <div class="stack">
      <h1 tabIndex={-1}>{words.ask}</h1>
      {at === 'plan' ? (
        <PlanCard desk={desk} isOwn onBack={() => steps.back()} />
      ) : (
        <CorrectionForm desk={desk} call={client.call} heading={null} onCancel={() => steps.back()} />
      )}
    </div>
  )
}

/** Keeps the browser's place and the work in step: each can lead, and the other follows. */
function usePlaces(desk: ReissueDesk, { invoiceId, at }: CorrectProps): void {
  const { steps } = useFlow()
  const { work, reissue } = desk.state()
  const seen = useRef(at)
  const isRunning = reissue !== null && !ENDED.includes(reissue.state)
  useEffect(() => {
    if (isRunning && (work === null || at === 'correct')) return steps.replace({ at: 'invoice', invoiceId })
    const hasMoved = seen.current !== at
    seen.current = at
    if (at === 'correct' && work?.at === 'plan') meetPlan(hasMoved)
    // A reload, or a fault that leads back to the form.
    else if (at === 'plan' && work?.at === 'form') steps.replace({ at: 'correct', invoiceId })
  }, [at, work?.at, isRunning])

  /** Back from the plan, or the plan has just been made. */
  function meetPlan(isBack: boolean) {
    if (isBack) desk.back()
    else steps.push({ at: 'plan', invoiceId })
  }
}
