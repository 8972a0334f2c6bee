import type { LiveFromServer, LiveTopic } from '../contract/live.ts'
import type { Change } from './publish.ts'

/** What of a socket is needed to write to it. */
export type Wire = {
  send(text: string, onWritten: (error?: Error) => void): void
  readonly bufferedAmount: number
  terminate(): void
}

export type Outbox = {
  /** An answer to the client itself. */
  say(message: LiveFromServer): void
  /** One pending event per topic, the newest wins. */
  offer(change: Change): void
}

/** A reader who lets this much pile up is gone; `close()` would wait for it to read. */
export const BUFFERED_MAX_BYTES = 1_048_576

/**
 * Writes events one at a time, the next when the last one left: a silent reader costs one event and one
 * entry per topic. `isAllowed` is asked when an event is sent, not when it came up.
 */
export function createOutbox(wire: Wire, isAllowed: (topic: LiveTopic) => boolean): Outbox {
  const pending = new Map<LiveTopic, number>()
  let isWriting = false

  function write(message: LiveFromServer, onWritten: () => void): void {
    if (wire.bufferedAmount > BUFFERED_MAX_BYTES) {
      wire.terminate()
      return
    }
    wire.send(JSON.stringify(message), (error) => {
      if (!error) onWritten()
    })
  }

  function writeNext(): void {
    const [next] = pending
    isWriting = next !== undefined
    if (next === undefined) return
    const [topic, version] = next
    pending.delete(topic)
    if (isAllowed(topic)) write({ kind: 'changed', topic, version }, writeNext)
    else writeNext()
  }

  return {
    say: (message) => write(message, () => undefined),
    offer({ topic, version }) {
      // 0 stands for "unknown", so it must not be outrun by an older number.
      const known = pending.get(topic)
      pending.set(topic, known === 0 || version === 0 ? 0 : Math.max(known ?? version, version))
      if (!isWriting) writeNext()
    },
  }
}
