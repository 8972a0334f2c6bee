import { isObject, isText, listOf, oneOf, record } from '../api/read.ts'

/** Where a customer is. Ids only: a step stands in the browser's history, which outlives the page. */
export type Step =
  | { at: 'find' }
  | { at: 'proof'; number: string }
  | { at: 'orders' }
  | { at: 'order'; orderId: string }
  /** Several orders on one invoice. */
  | { at: 'merge'; orderIds: readonly string[] }
  | { at: 'check'; orderIds: readonly string[] }
  | { at: 'request'; requestId: string }
  | { at: 'invoice'; invoiceId: string }
  /** Correcting an issued invoice, and the plan that comes of it. */
  | { at: 'correct' | 'plan'; invoiceId: string }

/** Where the title for these orders is typed. */
export function formFor(orderIds: readonly string[]): Step {
  const [orderId] = orderIds
  if (orderId === undefined) return { at: 'orders' }
  return orderIds.length === 1 ? { at: 'order', orderId } : { at: 'merge', orderIds }
}

/** The way back. In a page of its own it is the browser's history, in a frame a list of its own. */
export type Steps = {
  current(): Step | null
  push(step: Step): void
  /** For what Back must not lead to again: after a submit, or where a page only led on. */
  replace(step: Step): void
  back(): void
  subscribe(listener: () => void): () => void
}

/** Steps in the browser's history: Back and Forward work, and a reload stays where it was. */
export function browserSteps(): Steps {
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of [...listeners]) listener()
  }
  return {
    current: () => readStep(history.state),
    push(step) {
      history.pushState({ fapiaoStep: step }, '')
      tell()
    },
    replace(step) {
      history.replaceState({ fapiaoStep: step }, '')
      tell()
    },
    back: () => history.back(),
    subscribe(listener) {
      listeners.add(listener)
      addEventListener('popstate', listener)
      return () => {
        listeners.delete(listener)
        removeEventListener('popstate', listener)
      }
    },
  }
}

/** Steps in memory: a frame that pushed to the history would catch the Back button of its host. */
export function memorySteps(): Steps {
  const stack: Step[] = []
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of [...listeners]) listener()
  }
  return {
    current: () => stack[stack.length - 1] ?? null,
    push(step) {
      stack.push(step)
      tell()
    },
    replace(step) {
      stack.pop()
      stack.push(step)
      tell()
    },
    back() {
      if (stack.length < 2) return
      stack.pop()
      tell()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

const isPlain = record({ at: oneOf('find', 'orders') })
const isProof = record({ at: oneOf('proof'), number: isText })
const isOrder = record({ at: oneOf('order'), orderId: isText })
const isSeveral = record({ at: oneOf('merge', 'check'), orderIds: listOf(isText) })
const isRequest = record({ at: oneOf('request'), requestId: isText })
const isInvoice = record({ at: oneOf('invoice', 'correct', 'plan'), invoiceId: isText })

/** A step out of the history, or null: whatever else a browser or an older page left there. */
export function readStep(state: unknown): Step | null {
  const step = isObject(state) ? state.fapiaoStep : null
  if (isPlain(step) || isProof(step) || isOrder(step) || isSeveral(step)) return step
  return isRequest(step) || isInvoice(step) ? step : null
}
