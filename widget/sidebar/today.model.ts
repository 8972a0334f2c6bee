import type { InvoiceRequestView } from '../../server/contract/invoicing.ts'
import type { Client } from '../api/client.ts'
import { listRequests } from '../api/list-requests.ts'

/**
 * What the agent asked for today. Read again after every move, and now and then: a session is renewed by
 * its use, and an agent who only reads for a quarter of an hour would lose it otherwise.
 */
export type Today = {
  items(): readonly InvoiceRequestView[]
  subscribe(listener: () => void): () => void
  refresh(): void
  /** Reads now and keeps reading; answers its undo. */
  start(): () => void
}

/** Below the five minutes before its end in which a session is renewed. */
const EVERY_MS = 4 * 60_000

export function createToday({ call }: Pick<Client, 'call'>): Today {
  let items: readonly InvoiceRequestView[] = []
  let reading: Promise<void> | null = null
  let isAskedAgain = false
  const listeners = new Set<() => void>()

  const readOnce = async () => {
    try {
      items = await listRequests(call)
      for (const listener of [...listeners]) listener()
    } catch {
      // The list is a convenience: what failed is said where somebody asked for something.
    }
  }
  const refresh = () => {
    isAskedAgain = reading !== null
    reading ??= readOnce().finally(() => {
      reading = null
      if (isAskedAgain) refresh()
    })
  }
  return {
    items: () => items,
    refresh,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    start() {
      refresh()
      const timer = setInterval(refresh, EVERY_MS)
      return () => clearInterval(timer)
    },
  }
}
