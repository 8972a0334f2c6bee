/**
 * What a chat console tells the panel beside it. All of it is an untrusted hint: it fills boxes and picks the
 * conversation, it never grants anything. Authority comes from our token alone (facts/hosts-and-embed.md §1.10).
 */
export type HostContext = {
  readonly host: string
  /** Names the conversation; the panel keeps one state for each. Never shown. */
  readonly conversation: string
  /** Its name in the console, where it has one; told back when text is inserted. */
  readonly conversationId: string | null
  readonly platform: string | null
  readonly shopId: string | null
  readonly buyerNick: string | null
  readonly buyerId: string | null
  /** Whatever the console calls the order: a number, or a sentence with one in it. */
  readonly orderNo: string | null
  readonly locale: string | null
  readonly theme: 'light' | 'dark' | null
}

/** `unconfirmed`: the console does not say whether it did; the panel offers to copy the text as well. */
export type InsertOutcome = 'inserted' | 'refused' | 'unconfirmed'

/** One chat console. A missing method is a missing ability: the panel hides the button. */
export type HostAdapter = {
  readonly id: string
  /** Of the console's page, as the browser vouches for it; null while nobody knows. */
  origin(): string | null
  /** Hears every context, the present one first; answers its undo. An equal one is told only once. */
  onContext(listener: (context: HostContext) => void): () => void
  /** Puts text into the reply box of that conversation and of no other. It never sends. */
  readonly insertText?: (text: string, conversation: string) => Promise<InsertOutcome>
  close(): void
}
