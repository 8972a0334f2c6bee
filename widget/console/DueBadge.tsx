import { useEffect, useState } from 'preact/hooks'
import { type ConsoleTexts, useConsoleTexts } from '../i18n/console.ts'

/** Minutes are all a deadline of hours shows. */
const TICK_MS = 30_000

const SOON_MINUTES = 120

/** How long is left, or how long it is too late. */
export function DueBadge({ dueAt }: { dueAt: string }) {
  const words = useConsoleTexts()
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS)
    return () => clearInterval(timer)
  }, [])
  const minutes = Math.trunc((Date.parse(dueAt) - now) / 60_000)
  const text = span(words, Math.abs(minutes))
  const look = minutes < 0 ? 'due due-over' : minutes < SOON_MINUTES ? 'due due-soon' : 'due'
  return <span class={look}>{minutes < 0 ? words.overdue(text) : words.dueIn(text)}</span>
}

function span(words: ConsoleTexts, minutes: number): string {
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? words.hours(hours, minutes % 60) : words.days(Math.floor(hours / 24), hours % 24)
}
