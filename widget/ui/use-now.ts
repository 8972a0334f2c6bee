import { useEffect, useState } from 'preact/hooks'

/** The time, once a second, until `untilMs` has passed; for countdowns, which the server ends, not the page. */
export function useNow(untilMs: number | null): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    setNow(Date.now())
    if (untilMs === null || untilMs <= Date.now()) return
    const timer = setInterval(() => {
      setNow(Date.now())
      if (Date.now() >= untilMs) clearInterval(timer)
    }, 1_000)
    return () => clearInterval(timer)
  }, [untilMs])
  return now
}
