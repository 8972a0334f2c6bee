import type { IssuedInvoice } from '../invoicing/invoice.ts'

/** What the renderer asks a child; structured clone carries bigint and Date as they are. */
export type RenderAsk = { readonly format: 'pdf' | 'png' | 'ofd'; readonly invoice: IssuedInvoice }

/** What the child answers: the bytes, or why there are none. */
export type RenderAnswer =
  | { readonly kind: 'rendered'; readonly bytes: Uint8Array }
  | { readonly kind: 'failed'; readonly message: string }
