import { useRef, useState } from 'preact/hooks'
import type { InvoiceAsk } from '../../server/contract/invoicing.ts'
import { waitMs, withBackOff } from '../api/back-off.ts'
import { ApiProblem } from '../api/problems.ts'
import { requestInvoice } from '../api/request-invoice.ts'
import { placeFaults, type TitleDraft } from '../ui/title-form.model.ts'
import { keyOf } from './draft-store.ts'
import { type Flow, useFlow } from './flow-context.ts'
import { formFor } from './steps.ts'

/** `confirming`: sent at least once without an answer, so the request may already stand. */
export type SubmitState =
  | { kind: 'idle' }
  | { kind: 'sending' }
  | { kind: 'confirming' }
  | { kind: 'failed'; cause: unknown }

/**
 * Submits once: further taps while it runs do nothing, and a retry, also after a reload, carries the same
 * key. Where the answer leads replaces the check page, so that Back never submits again.
 */
export function useSubmit(orderIds: readonly string[], draft: TitleDraft, ask: InvoiceAsk) {
  const flow = useFlow()
  const [state, setState] = useState<SubmitState>({ kind: 'idle' })
  const isRunning = useRef(false) // State would be a render late for the second tap.

  const submit = async () => {
    if (isRunning.current) return
    isRunning.current = true
    setState({ kind: 'sending' })
    try {
      const key = flow.drafts.keyFor(keyOf(orderIds), ask)
      const pauses = { wait: waitMs, onPause: () => setState({ kind: 'confirming' }) }
      const made = await withBackOff(pauses, () => requestInvoice(flow.client.call, ask, key))
      flow.drafts.clear(keyOf(orderIds))
      for (const orderId of orderIds) flow.orders.delete(orderId)
      flow.titles.book?.used(ask, made.id)
      flow.tell({ kind: 'submitted', requestId: made.id, ticketNumber: made.ticketNumber })
      flow.steps.replace({ at: 'request', requestId: made.id })
    } catch (cause) {
      if (!leadElsewhere(flow, { orderIds, draft, cause })) setState({ kind: 'failed', cause })
    } finally {
      isRunning.current = false
    }
  }
  return { state, submit }
}

type Refusal = { orderIds: readonly string[]; draft: TitleDraft; cause: unknown }

/** Faults lead back to the form; an order that moved on leads to where it now is. */
function leadElsewhere(flow: Flow, { orderIds, draft, cause }: Refusal): boolean {
  if (!(cause instanceof ApiProblem)) return false
  if (cause.errors.length > 0 && cause.code !== 'orders_not_mergeable') {
    const { faults } = placeFaults(draft, cause.errors)
    if (faults.length === 0) return false
    flow.faults.set(keyOf(orderIds), faults)
    flow.steps.back()
    return true
  }
  const isMoved = cause.code.startsWith('order_') || cause.code === 'orders_not_mergeable'
  if (!isMoved || cause.code === 'order_changed') return false
  for (const orderId of orderIds) flow.orders.delete(orderId)
  // One of several that moved on shows in the list why.
  flow.steps.replace(orderIds.length === 1 ? formFor(orderIds) : { at: 'orders' })
  return true
}
