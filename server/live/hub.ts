import type { LiveTopic } from '../contract/live.ts'
import type { Change } from './publish.ts'

export type Subscriber = { tell(change: Change): void }

/** Who hears what, in this process. */
export type Hub = {
  add(topic: LiveTopic, subscriber: Subscriber): void
  remove(topic: LiveTopic, subscriber: Subscriber): void
  tell(change: Change): void
  /** Anything may have changed: everybody reads again. Version 0 says that it is not known. */
  tellAll(): void
  topicCount(): number
  /** A right was taken back somewhere, or may have been: listeners hear it in the order they came. */
  tellRevoked(): void
  onRevoked(listener: () => void): void
}

export function createHub(): Hub {
  const byTopic = new Map<LiveTopic, Set<Subscriber>>()
  const guards: (() => void)[] = []

  function tell(change: Change): void {
    for (const subscriber of byTopic.get(change.topic) ?? []) subscriber.tell(change)
  }

  return {
    tell,
    tellAll() {
      for (const topic of byTopic.keys()) tell({ topic, version: 0 })
    },
    add(topic, subscriber) {
      const own = byTopic.get(topic) ?? new Set()
      own.add(subscriber)
      byTopic.set(topic, own)
    },
    remove(topic, subscriber) {
      const own = byTopic.get(topic)
      own?.delete(subscriber)
      if (own?.size === 0) byTopic.delete(topic)
    },
    topicCount: () => byTopic.size,
    tellRevoked() {
      for (const look of guards) look()
    },
    onRevoked(listener) {
      guards.push(listener)
    },
  }
}
