import { useEffect, useRef, useState } from 'preact/hooks'
import type { TitleSuggestion } from '../../server/contract/titles.ts'

export type Suggest = (text: string, signal: AbortSignal) => Promise<TitleSuggestion[]>

/** Two characters name a company well enough to look for it; a pause of 200 ms ends a word. */
const LEAST_LETTERS = 2
const PAUSE_MS = 200

/**
 * Suggestions for the last text that was handed in. An answer that is overtaken by further typing is
 * dropped; a failed look-up shows nothing, because a name can always be typed.
 */
export function useSuggestions(suggest: Suggest) {
  const [items, setItems] = useState<readonly TitleSuggestion[]>([])
  const running = useRef<AbortController | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)

  const clear = () => {
    clearTimeout(timer.current)
    running.current?.abort()
    running.current = null
    setItems([])
  }

  const ask = async (text: string) => {
    const own = new AbortController()
    running.current = own
    const found = await suggest(text, own.signal).catch(() => [])
    if (running.current === own) setItems(found.slice(0, 8))
  }

  const search = (typed: string) => {
    clear()
    const text = typed.trim()
    if ([...text].length >= LEAST_LETTERS) timer.current = setTimeout(() => void ask(text), PAUSE_MS)
  }

  useEffect(
    () => () => {
      clearTimeout(timer.current)
      running.current?.abort()
    },
    [],
  )
  return { items, search, clear }
}
