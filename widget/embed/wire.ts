/**
 * What host page and frame say to each other (facts/hosts-and-embed.md §2.3). Two window messages open the
 * conversation, `hello` from the frame and `welcome` from the page; the welcome carries one MessagePort and
 * everything else goes over it. No origin but the two named ones ever hears a word.
 */
export type Hello = { readonly fw: 1; readonly t: 'hello'; readonly nonce: string }
export type Welcome = { readonly fw: 1; readonly t: 'welcome'; readonly nonce: string }

/** How the frame should look and what it should open; sent with `init` and again when it changes. */
export type FrameView = {
  readonly orderNo: string | null
  /** `request` goes straight to the only order there is; `list` shows the list first. */
  readonly mode: string
  readonly locale: string
  readonly theme: string
  /** Custom properties of the host page, as computed there. Values are checked again by the frame. */
  readonly vars: Readonly<Record<string, string>>
}

export type FromPage =
  /** `update` also says: a page that had no token may have one now. */
  | { readonly t: 'init' | 'update'; readonly view: FrameView; readonly isDialog: boolean }
  /** The answer to a question for a token; null: the page has none to give. */
  | { readonly t: 'token'; readonly id: number; readonly token: string | null }

/** Events a host page can hear, as `fapiao-<name>`; `resize` and `close` are made by the loader itself. */
export type FrameEventName = 'ready' | 'submitted' | 'status' | 'issued' | 'error'

export type FromFrame =
  | { readonly t: 'resize'; readonly h: number }
  | { readonly t: 'token'; readonly id: number }
  | { readonly t: 'event'; readonly name: FrameEventName; readonly detail: Readonly<Record<string, unknown>> }
  | { readonly t: 'close' }
