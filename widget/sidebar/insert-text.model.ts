import { useState } from 'preact/hooks'
import type { HostAdapter, HostLink, InsertOutcome } from '../hosts/host.ts'

export type Insertion =
  | { readonly kind: 'idle' }
  | { readonly kind: 'busy' }
  | { readonly kind: 'done'; readonly outcome: InsertOutcome; readonly text: string }
  | { readonly kind: 'failed'; readonly cause: unknown }

/**
 * Makes a text and puts it into the reply box of one conversation. Without a console that can do that the
 * text stands on the screen to be copied. Nothing is sent but a link card, by the button that says so.
 */
export function useInsertion(host: HostAdapter | null, conversation: string) {
  const [insertion, setInsertion] = useState<Insertion>({ kind: 'idle' })
  const put = async (work: () => Promise<{ text: string; outcome: InsertOutcome | undefined }>) => {
    if (insertion.kind === 'busy') return
    setInsertion({ kind: 'busy' })
    try {
      const { text, outcome = 'unconfirmed' } = await work()
      setInsertion({ kind: 'done', outcome, text })
    } catch (cause) {
      setInsertion({ kind: 'failed', cause })
    }
  }
  const insert = (makeText: () => Promise<string>) =>
    put(async () => {
      const text = await makeText()
      return { text, outcome: await host?.insertText?.(text, conversation) }
    })
  /** As a card, where the console has no reply box; `text` is what can be copied should it fail. */
  const sendLink = (link: HostLink, text: string) =>
    put(async () => ({ text, outcome: await host?.sendLink?.(link, conversation) }))
  return { insertion, insert, sendLink }
}
