import type { InvoiceAsk } from '../../server/contract/invoicing.ts'
import type { TitleBook as BookView, TitleEntry, TitleExport } from '../../server/contract/titles.ts'
import { withBackOff } from '../api/back-off.ts'
import type { Call } from '../api/call.ts'
import { chooseDefaultTitle } from '../api/choose-default-title.ts'
import { exportTitles } from '../api/export-titles.ts'
import { forgetTitles } from '../api/forget-titles.ts'
import { getTitleBook } from '../api/get-title-book.ts'
import { saveTitle } from '../api/save-title.ts'
import { isOf, saveFromAsk } from './fill.model.ts'

export type BookDeps = { readonly call: Call; wait(ms: number): Promise<void> }

export type BookState = {
  /** The one to offer first is first. Empty until it came, and where it did not: titles can be typed. */
  readonly items: readonly TitleEntry[]
  /** False behind a mere link, where nobody knows who stands in front of the page. */
  readonly canSave: boolean
  readonly isBusy: boolean
  readonly failure: unknown
  /** What became of the title of the last request, where it was to be kept. */
  readonly outcome: { readonly requestId: string; readonly isKept: boolean } | null
}

/** 抬头簿 of the customer in front of the page (S1-01). */
export type TitleBook = {
  state(): BookState
  subscribe(listener: () => void): () => void
  makeDefault(id: string): Promise<boolean>
  forget(id: string | null): Promise<boolean>
  /** Null where it failed; the failure is in the state. */
  export(): Promise<TitleExport | null>
  knows(ask: InvoiceAsk): boolean
  /** Consent is for this one title as it is read back: another one is asked for anew. */
  wish(ask: InvoiceAsk, isWished: boolean): void
  isWished(ask: InvoiceAsk): boolean
  /** A request was submitted: its title is kept if that was wished, or moves up if it is kept already. */
  used(ask: InvoiceAsk, requestId: string): void
}

const EMPTY: BookState = { items: [], canSave: false, isBusy: false, failure: null, outcome: null }

/** Fetches the book at once. */
export function createTitleBook({ call, wait }: BookDeps): TitleBook {
  let current = EMPTY
  let wished: string | null = null
  const listeners = new Set<() => void>()
  const set = (patch: Partial<BookState>) => {
    current = { ...current, ...patch }
    for (const listener of [...listeners]) listener()
  }
  const show = ({ items, canSave }: BookView) => set({ items, canSave })
  const markOf = ({ title, kind }: InvoiceAsk) => JSON.stringify([kind, title])
  const knows = (ask: InvoiceAsk) => current.items.some((entry) => isOf(ask, entry))

  const during = async <T>(work: () => Promise<T>): Promise<T | null> => {
    if (current.isBusy) return null
    set({ isBusy: true, failure: null })
    try {
      return await work()
    } catch (failure) {
      set({ failure })
      return null
    } finally {
      set({ isBusy: false })
    }
  }
  const keep = async (ask: InvoiceAsk) => {
    const saved = await withBackOff({ wait }, () => saveTitle(call, saveFromAsk(ask))).catch(() => null)
    if (saved !== null) show(saved)
    return saved !== null
  }

  getTitleBook(call, null).then(show, () => {}) // Without it every field can still be typed.
  return {
    state: () => current,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async makeDefault(id) {
      const book = await during(() => chooseDefaultTitle(call, id))
      if (book !== null) show(book)
      return book !== null
    },
    async forget(id) {
      const done = await during(async () => {
        await forgetTitles(call, id)
        return true
      })
      if (done === null) return false
      set({ items: id === null ? [] : current.items.filter((entry) => entry.id !== id) })
      return true
    },
    export: () => during(() => exportTitles(call)),
    knows,
    wish(ask, isWished) {
      wished = isWished ? markOf(ask) : null
    },
    isWished: (ask) => wished === markOf(ask),
    used(ask, requestId) {
      const isNew = !knows(ask)
      const isWanted = !isNew || wished === markOf(ask)
      wished = null
      if (!current.canSave || !isWanted) return
      void keep(ask).then((isKept) => {
        // That a kept title did not move up is nothing to tell anybody.
        if (isNew) set({ outcome: { requestId, isKept } })
      })
    },
  }
}
