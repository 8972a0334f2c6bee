import type { AgentCodeAsk, PageSignature } from '../../server/contract/hosts.ts'

/**
 * What a chat console tells the panel beside it. All of it is an untrusted hint: it fills boxes and picks the
 * conversation, it never grants anything. Authority comes from our token alone (facts/hosts-and-embed.md §1.10).
 */
export type HostContext = {
  readonly host: string
  /** Names the conversation; the panel keeps one state for each. Never shown. Empty: none is open. */
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

/**
 * `unconfirmed`: the console does not say whether it did; the panel offers to copy the text as well. `sent`: it
 * has no reply box, and the customer has the message now.
 */
export type InsertOutcome = 'inserted' | 'sent' | 'refused' | 'unconfirmed'

/** Which agent, in which conversation of which account. */
export type AgentClaim = Omit<AgentCodeAsk, 'shop'>

export type HostLink = { readonly url: string; readonly title: string; readonly description: string }

/** One chat console. A missing method is a missing ability: the panel hides the button. */
export type HostAdapter = {
  readonly id: string
  /** Of the console's page, as the browser vouches for it; null while nobody knows, or nobody frames us. */
  origin(): string | null
  /** The first context; waits for ever where the console says nothing. */
  ready(): Promise<HostContext>
  /** Hears every context, the present one first; answers its undo. An equal one is told only once. */
  onContext(listener: (context: HostContext) => void): () => void
  /**
   * Who sits there, by the word of a console that proves nothing: the server asks that person for a code. Null
   * until the console has said it.
   */
  readonly claim?: () => AgentClaim | null
  /** Puts text into the reply box of that conversation and of no other. It never sends. */
  readonly insertText?: (text: string, conversation: string) => Promise<InsertOutcome>
  /** A card with a link, for consoles without a reply box: the press of the button sends it. */
  readonly sendLink?: (link: HostLink, conversation: string) => Promise<InsertOutcome>
  /** The panel's own height in CSS pixels. */
  readonly resize?: (height: number) => void
  /** For consoles where a link opens nothing by itself. */
  readonly openExternal?: (url: string) => void
  close(): void
}

export type HostEnv = {
  readonly window: Window
  /** The console's window; the panel's own when it is not framed. */
  readonly parent: Window
  /** Origins on the shop's list. */
  readonly allowedOrigins: readonly string[]
  /** Who frames us, where the browser says so; null elsewhere. */
  readonly parentOrigin: string | null
  /** The address as the console opened it. */
  readonly query: URLSearchParams
  /** Needs a session; called when the first listener comes. */
  signPage(): Promise<PageSignature>
}
