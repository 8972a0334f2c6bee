import type { HostContext } from '../hosts/host.ts'
import { createTalk, type Talk, type TalkDeps } from './talk.model.ts'

/** An agent has a few dozen conversations open; of those left long ago nothing is kept. */
const TALKS_MAX = 40

/** The state of the panel without a console beside it. */
const ALONE = ''

export type Talks = {
  current(): { readonly key: string; readonly talk: Talk }
  subscribe(listener: () => void): () => void
  /** The console shows another conversation, or says more about the same one. */
  enter(context: HostContext): void
}

/** One talk per conversation. Entering one shows its own state as it was left, and no other's. */
export function createTalks(deps: TalkDeps): Talks {
  const talks = new Map<string, Talk>()
  const listeners = new Set<() => void>()
  let key = ALONE

  const open = (wanted: string): Talk => {
    const talk = talks.get(wanted) ?? createTalk(deps)
    // Taken out and put in again: the map's order is the order of use.
    talks.delete(wanted)
    talks.set(wanted, talk)
    const [oldest] = talks.keys()
    if (talks.size > TALKS_MAX && oldest !== undefined) {
      talks.get(oldest)?.close()
      talks.delete(oldest)
    }
    return talk
  }
  open(key)

  return {
    current: () => ({ key, talk: open(key) }),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    enter({ conversation, orderNo }) {
      key = conversation
      const talk = open(key)
      if (orderNo !== null) talk.suggest(orderNo)
      for (const listener of [...listeners]) listener()
    },
  }
}
