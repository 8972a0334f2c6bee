import type { HostContext } from './host.ts'

/** The context of the moment, and who wants to hear of it. */
export function createContexts() {
  let latest: HostContext | null = null
  const listeners = new Set<(context: HostContext) => void>()
  const first = new Promise<HostContext>((resolve) => listeners.add(resolve))
  const onContext = (listener: (context: HostContext) => void) => {
    listeners.add(listener)
    if (latest !== null) listener(latest)
    return () => listeners.delete(listener)
  }
  return {
    latest: () => latest,
    /** Told again on every change of theme or tag: an equal context must not disturb a form. */
    take(context: HostContext | null) {
      if (context === null || JSON.stringify(context) === JSON.stringify(latest)) return
      latest = context
      for (const listener of [...listeners]) listener(context)
    },
    isOpen: (conversation: string) => conversation !== '' && latest?.conversation === conversation,
    onContext,
    ready: () => first,
    close: () => listeners.clear(),
  }
}

/** A console that mounts after us misses the first word. */
const ASK_AGAIN_MS = [300, 1_000, 3_000]

/** At once and at growing intervals until a context came; answers its undo. */
export function keepAsking(isAnswered: () => boolean, ask: () => void): () => void {
  ask()
  const timers = ASK_AGAIN_MS.map((ms) =>
    setTimeout(() => {
      if (!isAnswered()) ask()
    }, ms),
  )
  return () => {
    for (const timer of timers) clearTimeout(timer)
  }
}

/** A console in the same browser answers in milliseconds; one without an answer is not waited for longer. */
const ANSWER_MS = 1_500

/** Questions that wait for the console's word, each under its own number; `late` is the answer of silence. */
export function createQuestions<T>(late: T) {
  let lastId = 0
  const waiting = new Map<number, (answer: T) => void>()
  return {
    ask: (send: (id: number) => void): Promise<T> =>
      new Promise((resolve) => {
        const id = ++lastId
        const end = (answer: T) => {
          clearTimeout(timer)
          waiting.delete(id)
          resolve(answer)
        }
        const timer = setTimeout(() => end(late), ANSWER_MS)
        waiting.set(id, end)
        send(id)
      }),
    /** Nothing where nobody asked: an answer comes once. */
    answer(id: unknown, value: T) {
      if (typeof id === 'number') waiting.get(id)?.(value)
    },
  }
}
