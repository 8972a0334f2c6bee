import { useEffect, useRef, useState } from 'preact/hooks'
import type { FixAsk, InvoiceRequestView } from '../../server/contract/invoicing.ts'
import { fixRequest } from '../api/fix-request.ts'
import { getRequest } from '../api/get-request.ts'
import { newKey } from '../api/new-key.ts'
import { withdrawRequest } from '../api/withdraw-request.ts'
import { describeFailure, useWords } from '../i18n/locale.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { draftFromTyped } from '../ui/title-form.model.ts'
import { AskService } from './AskService.tsx'
import { keyOf, markOf } from './draft-store.ts'
import { Failure } from './Failure.tsx'
import { useFlow } from './flow-context.ts'
import { RequestStatus } from './RequestStatus.tsx'
import { formFor } from './steps.ts'
import { useFollowed } from './use-followed.ts'
import { useTitleParts } from './use-title-parts.ts'

/** States that nothing but a person changes. */
const RESTING: readonly string[] = ['issued', 'rejected', 'withdrawn']

/** Follows a request until its invoice is there, then gives its place to the invoice. */
export function RequestScreen({ requestId }: { requestId: string }) {
  const { client, steps, orders, drafts, anew, tell } = useFlow()
  const { texts } = useWords()
  const titles = useTitleParts()
  const { value, failure, again, put } = useFollowed(client, {
    topic: `request:${requestId}`,
    read: () => getRequest(client.call, requestId),
    isSettled: (request: InvoiceRequestView) => RESTING.includes(request.state),
  })
  const { withdraw, fix, isBusy, problem } = useMoves(requestId, put)
  const state = value?.state
  const invoiceId = value?.invoiceId ?? null

  useEffect(() => {
    if (state === undefined) return
    tell({ kind: 'status', requestId, state })
    if (state !== 'issued' || invoiceId === null) return
    tell({ kind: 'issued', requestId, invoiceId })
    steps.replace({ at: 'invoice', invoiceId })
  }, [requestId, state, invoiceId])

  if (value === null) {
    return failure === null ? (
      <Skeleton label={texts.flow.loading} />
    ) : (
      <Failure cause={failure} onRetry={again} />
    )
  }
  const askAgain = () => {
    for (const orderId of value.orderIds) {
      orders.delete(orderId)
      anew.add(orderId)
    }
    steps.replace(formFor(value.orderIds))
  }
  const edit = async () => {
    const withdrawn = await withdraw()
    if (withdrawn === null) return
    if (withdrawn.typed !== null) drafts.write(keyOf(value.orderIds), draftFromTyped(withdrawn.typed))
    askAgain()
  }
  return (
    <div class="stack">
      <h1 tabIndex={-1}>{texts.flow.requestHeading}</h1>
      {failure !== null && <Notice kind="warn">{texts.flow.offlineNote}</Notice>}
      {problem !== null && <Notice kind="error">{describeFailure(texts, problem)}</Notice>}
      <RequestStatus
        request={value}
        isBusy={isBusy}
        failure={problem}
        onWithdraw={() => void withdraw()}
        onEdit={() => void edit()}
        onFix={fix}
        onAskAgain={askAgain}
      />
      {titles && <titles.Kept requestId={requestId} />}
      <AskService orderId={value.orderIds[0] ?? null} kind="quiet" />
    </div>
  )
}

function useMoves(requestId: string, put: (request: InvoiceRequestView) => void) {
  const { client } = useFlow()
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const key = useRef(newKey())
  const run = async (move: () => Promise<InvoiceRequestView>): Promise<InvoiceRequestView | null> => {
    setBusy(true)
    setProblem(null)
    try {
      const moved = await move()
      put(moved)
      return moved
    } catch (cause) {
      setProblem(cause)
      return null
    } finally {
      setBusy(false)
    }
  }
  return {
    withdraw: () => run(() => withdrawRequest(client.call, requestId, key.current)),
    // One answer to one rejection: its version says which.
    fix: (fix: FixAsk) =>
      void run(() => {
        const idempotencyKey = `${key.current}-${markOf(JSON.stringify(fix))}`
        return fixRequest(client.call, { requestId, fix, idempotencyKey })
      }),
    isBusy,
    problem,
  }
}
