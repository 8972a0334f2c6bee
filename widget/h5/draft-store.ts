import { newKey } from '../api/new-key.ts'
import { isText, oneOf, readJson, record } from '../api/read.ts'
import type { TitleDraft } from '../ui/title-form.model.ts'

const isDraft = record({
  kind: oneOf('company', 'person', 'sole_trader', 'public_body', 'foreign'),
  invoiceKind: oneOf('ordinary', 'special'),
  name: isText,
  personName: isText,
  taxId: isText,
  email: isText,
  address: isText,
  phone: isText,
  bankName: isText,
  bankAccount: isText,
})
const isStoredKey = record({ key: isText, mark: isText })

/**
 * What was typed for an order, for a reload or a page that WeChat dropped while the customer fetched the
 * tax id from another chat. In sessionStorage, never localStorage, and gone with the submit.
 */
export type DraftStore = {
  read(orderId: string): TitleDraft | null
  write(orderId: string, draft: TitleDraft): void
  /** One key per order and content, the same over retries and reloads: asking twice is asking once. */
  keyFor(orderId: string, ask: unknown): string
  clear(orderId: string): void
}

type Storage = Pick<globalThis.Storage, 'getItem' | 'setItem' | 'removeItem'>

export function createDraftStore(findStorage: () => Storage = () => sessionStorage): DraftStore {
  // Kept in memory as well: storage may be full, switched off, or not ours in a frame.
  const memory = new Map<string, string>()
  const attempt = (act: (storage: Storage) => void) => {
    try {
      act(findStorage())
    } catch {
      // The memory has it.
    }
  }
  const read = (name: string): unknown => {
    let text = memory.get(name) ?? null
    if (text === null) attempt((storage) => (text = storage.getItem(name)))
    return text === null ? null : readJson(text)
  }
  const write = (name: string, value: unknown) => {
    const text = JSON.stringify(value)
    memory.set(name, text)
    attempt((storage) => storage.setItem(name, text))
  }
  const remove = (name: string) => {
    memory.delete(name)
    attempt((storage) => storage.removeItem(name))
  }
  return {
    read(orderId) {
      const draft = read(`fapiao-draft:${orderId}`)
      return isDraft(draft) ? draft : null
    },
    write: (orderId, draft) => write(`fapiao-draft:${orderId}`, draft),
    keyFor(orderId, ask) {
      const name = `fapiao-key:${orderId}`
      const mark = markOf(JSON.stringify(ask))
      const stored = read(name)
      if (isStoredKey(stored) && stored.mark === mark) return stored.key
      const key = newKey()
      write(name, { key, mark })
      return key
    },
    clear(orderId) {
      remove(`fapiao-draft:${orderId}`)
      remove(`fapiao-key:${orderId}`)
    },
  }
}

/** Several orders that are merged have one draft. */
export function keyOf(orderIds: readonly string[]): string {
  return [...orderIds].sort().join('+')
}

/** FNV-1a: tells two contents apart without keeping either. */
export function markOf(text: string): string {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return (hash >>> 0).toString(16)
}
