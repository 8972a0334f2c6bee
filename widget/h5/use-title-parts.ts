import { useEffect, useState } from 'preact/hooks'
import type { TitleParts } from '../title-book/title-parts.ts'
import { useFlow } from './flow-context.ts'

/**
 * The parts of 抬头簿, with the book on its way; null until they came and for who has none. Only a launch
 * token says who the customer is: behind a link stands whoever has it.
 */
export function useTitleParts(): TitleParts | null {
  const flow = useFlow()
  const [parts, setParts] = useState<TitleParts | null>(null)
  useEffect(() => {
    if (flow.client.session.current()?.via !== 'launch') return
    import('../title-book/title-parts.ts').then(
      ({ titleParts }) => {
        titleParts.open(flow)
        setParts(titleParts)
      },
      () => {}, // Without it every field can still be typed.
    )
  }, [])
  return parts
}
