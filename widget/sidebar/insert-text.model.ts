import { useState } from 'preact/hooks'
import type { HostAdapter, InsertOutcome } from '../hosts/host.ts'

export type Insertion =
  | { readonly kind: 'idle' }
  | { readonly kind: 'busy' }
  | { readonly kind: 'done'; readonly outcome: InsertOutcome; readonly text: string }
  | { readonly kind: 'failed'; readonly cause: unknown }

/**
 * Makes a text and puts it into the reply box of one conversation. Without a console that can do that the
 * text stands on the screen to be copied. Nothing is ever sent.
 */
export function useInsertion(host: HostAdapter | null, conversation: string) {
  const [insertion, setInsertion] = useState<Insertion>({ kind: 'idle' })
  const insert = async (makeText: () => Promise<string>) => {
    if (insertion.kind === 'busy') return
    setInsertion({ kind: 'busy' })
    try {
      const text = await makeText()
      const outcome = (await host?.insertText?.(text, conversation)) ?? 'unconfirmed'
      setInsertion({ kind: 'done', outcome, text })
    } catch (cause) {
      setInsertion({ kind: 'failed', cause })
    }
  }
  return { insertion, insert }
}
