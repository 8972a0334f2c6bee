import { useEffect, useState } from 'preact/hooks'
import type { InvoiceAsk, Preview } from '../../server/contract/invoicing.ts'
import { previewRequest } from '../api/preview-request.ts'
import { useFlow } from './flow-context.ts'

export type Merge =
  | { readonly kind: 'none' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'shown'; readonly preview: Preview }
  | { readonly kind: 'failed'; readonly cause: unknown }

/** What the chosen orders come to on one invoice: the server's sum, before anybody types a title. */
export function useMerge(orderIds: readonly string[]): Merge {
  const { client } = useFlow()
  const [merge, setMerge] = useState<Merge>({ kind: 'none' })
  const wanted = orderIds.join()
  useEffect(() => {
    if (orderIds.length < 2) {
      setMerge({ kind: 'none' })
      return
    }
    let isGone = false
    setMerge({ kind: 'asking' })
    const ask: InvoiceAsk = { orderIds: [...orderIds], kind: 'ordinary', title: { kind: 'person' } }
    previewRequest(client.call, ask).then(
      (preview) => !isGone && setMerge({ kind: 'shown', preview }),
      (cause: unknown) => !isGone && setMerge({ kind: 'failed', cause }),
    )
    return () => {
      isGone = true
    }
  }, [client, wanted])
  return merge
}

/** The chosen order that a fault is about: its field is `/orderIds/<index>`. */
export function faultyOrder(field: string, orderIds: readonly string[]): string | null {
  const index = /^\/orderIds\/(\d+)/.exec(field)?.[1]
  return index === undefined ? null : (orderIds[Number(index)] ?? null)
}
