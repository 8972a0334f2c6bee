import { useEffect, useRef, useState } from 'preact/hooks'
import type { LiveTopic } from '../../server/contract/live.ts'
import { type FollowDeps, follow } from '../api/follow.ts'

type Subject<T> = {
  readonly topic: LiveTopic
  read(): Promise<T>
  isSettled(value: T): boolean
  /** What is known already, so that going back shows no empty page. */
  readonly known?: T | null
}

/** The last value and the last failure since; a value that went stale is better than none. */
export type FollowedValue<T> = { value: T | null; failure: unknown; again(): void; put(value: T): void }

/** Keeps one subject true while the component is there; another topic starts anew. */
export function useFollowed<T>(deps: FollowDeps, subject: Subject<T>): FollowedValue<T> {
  const latest = useRef(subject)
  latest.current = subject
  const [round, setRound] = useState(0)
  const [state, setState] = useState<{ topic: string; value: T | null; failure: unknown }>({
    topic: subject.topic,
    value: subject.known ?? null,
    failure: null,
  })
  const { topic } = subject

  useEffect(
    () =>
      follow<T>(deps, {
        topic,
        read: () => latest.current.read(),
        isSettled: (value) => latest.current.isSettled(value),
        onValue: (value) => setState({ topic, value, failure: null }),
        onFailure: (failure) =>
          setState((before) => ({ topic, value: before.topic === topic ? before.value : null, failure })),
      }),
    [deps, topic, round],
  )

  const own = state.topic === topic ? state : { value: subject.known ?? null, failure: null }
  return {
    value: own.value,
    failure: own.failure,
    again: () => setRound((count) => count + 1),
    put: (value) => setState({ topic, value, failure: null }),
  }
}
