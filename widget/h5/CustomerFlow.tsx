import type { VNode } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { SessionView } from '../../server/contract/sessions.ts'
import type { Client } from '../api/client.ts'
import { useWords } from '../i18n/locale.tsx'
import { Notice } from '../ui/Notice.tsx'
import { createDraftStore } from './draft-store.ts'
import { FindOrder } from './FindOrder.tsx'
import { type Flow, type FlowEvent, FlowProvider } from './flow-context.ts'
import { Later, loadLaterScreens } from './Later.tsx'
import { OrderScreen } from './OrderScreen.tsx'
import type { Step, Steps } from './steps.ts'

export type CustomerFlowProps = {
  /** With a session in it: `client.session.accept(view)` comes first. */
  client: Client
  /** `browserSteps()` for a page of its own, `memorySteps()` in a frame. Make it once. */
  steps: Steps
  onEvent?: (event: FlowEvent) => void
  /** What to do about an ended session, where it is not to open the link again. */
  endedText?: string
}

/** Where a session begins: at its one order, at the choice of several, or at the order number. */
export function firstStep({ orderIds }: SessionView): Step {
  const [orderId] = orderIds
  if (orderId === undefined) return { at: 'find' }
  return orderIds.length === 1 ? { at: 'order', orderId } : { at: 'orders' }
}

/**
 * The customer's way from an order to its invoice, without header and footer: the H5 page and the frame
 * on a storefront put their own around it. An expired session takes nothing of what was typed.
 */
export function CustomerFlow({ client, steps, onEvent, endedText }: CustomerFlowProps) {
  const { texts } = useWords()
  const step = useStep(client, steps)
  const hasEnded = useEnded(client)
  const root = useRef<HTMLDivElement>(null)
  const hear = useRef(onEvent)
  hear.current = onEvent
  const flow = useMemo<Flow>(
    () => ({
      client,
      steps,
      drafts: createDraftStore(),
      orders: new Map(),
      faults: new Map(),
      desks: new Map(),
      anew: new Set(),
      titles: { book: null },
      tell: (event) => hear.current?.(event),
    }),
    [client, steps],
  )

  useEffect(() => {
    loadLaterScreens().catch(() => {}) // Asked for again where it is needed.
  }, [])

  useEffect(() => {
    // Whoever pressed a button further down has to see why nothing happens.
    if (hasEnded) root.current?.scrollIntoView?.({ block: 'start' })
  }, [hasEnded])

  const place = step === null ? '' : JSON.stringify(step)
  const last = useRef(place)
  useEffect(() => {
    if (last.current === '' || last.current === place) last.current = place
    if (last.current === place) return
    last.current = place
    scrollTo(0, 0)
    // Read out where the reader is now; a form with a fault has taken the focus already.
    if (!root.current?.contains(document.activeElement)) root.current?.querySelector('h1')?.focus()
  }, [place])

  return (
    <FlowProvider value={flow}>
      <div class="page-main" ref={root}>
        {hasEnded && <Notice kind="warn">{endedText ?? texts.flow.sessionEnded}</Notice>}
        {step && screenOf(step)}
      </div>
    </FlowProvider>
  )
}

function screenOf(step: Step): VNode {
  switch (step.at) {
    case 'find':
      return <FindOrder />
    case 'order':
      return <OrderScreen key={step.orderId} orderId={step.orderId} />
    default:
      return <Later step={step} />
  }
}

function useStep(client: Client, steps: Steps): Step | null {
  const first = () => {
    const session = client.session.current()
    return steps.current() ?? (session && firstStep(session))
  }
  const [step, setStep] = useState(first) // Shown at once: an empty page for a frame makes it jump.
  useEffect(() => {
    const end = steps.subscribe(() => setStep(steps.current()))
    const begin = first()
    if (steps.current() === null && begin !== null) steps.replace(begin)
    else setStep(begin)
    return end
  }, [client, steps])
  return step
}

function useEnded(client: Client): boolean {
  const [hasEnded, setEnded] = useState(client.session.hasEnded())
  useEffect(() => client.session.subscribe(() => setEnded(client.session.hasEnded())), [client])
  return hasEnded
}
