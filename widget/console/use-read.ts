import { useEffect, useState } from 'preact/hooks'

export type Read<T> = { readonly value: T | null; readonly failure: unknown; again(): void }

/** Reads something once for a screen, and again when asked to. An answer that comes too late is dropped. */
export function useRead<T>(read: () => Promise<T>, key: string): Read<T> {
  const [round, setRound] = useState(0)
  const [state, setState] = useState<{ value: T | null; failure: unknown }>({ value: null, failure: null })
  // What is read is named by the key: another function for the same thing is no reason to read again.
  useEffect(() => {
    let isGone = false
    const show = (next: { value: T | null; failure: unknown }) => !isGone && setState(next)
    read().then(
      (value) => show({ value, failure: null }),
      (failure: unknown) => show({ value: null, failure }),
    )
    return () => {
      isGone = true
    }
  }, [key, round])
  return { ...state, again: () => setRound(round + 1) }
}
