import type { TitleBook, TitleDetails, TitleEntry, TitleSave } from '../../server/contract/titles.ts'
import { maskName, maskTaxId } from '../../widget/title/mask.ts'
import type { FakeAnswer, FakeCall } from './fake-api.ts'

type Deps = { isAgent(token: string | null): boolean; at(): string }

const NONE: Omit<TitleDetails, 'kind' | 'name'> = {
  taxId: null,
  address: null,
  phone: null,
  bankName: null,
  bankAccount: null,
}

/** The book of one customer, as the server keeps it; an agent reads it masked. */
export function createFakeTitles({ isAgent, at }: Deps) {
  let items: TitleEntry[] = []
  let serial = 0

  /** The default first, then the last used. */
  const book = (canSave: boolean): TitleBook => ({
    items: [...items].sort((one, other) => Number(other.isDefault) - Number(one.isDefault)),
    canSave,
  })
  const put = (save: TitleSave, isDefault = false): TitleEntry => {
    const title: TitleDetails = { ...NONE, ...save.title, name: save.title.name ?? '个人' }
    const known = items.find((entry) => entry.title.name === title.name && entry.title.kind === title.kind)
    const entry = {
      id: known?.id ?? `title-${++serial}`,
      title,
      kind: save.kind,
      email: save.email ?? null,
      isDefault: known?.isDefault ?? isDefault,
      createdAt: at(),
      lastUsedAt: at(),
    }
    items = [entry, ...items.filter(({ id }) => id !== entry.id)]
    return entry
  }
  const choose = (id: string): FakeAnswer => {
    items = items.map((entry) => ({ ...entry, isDefault: entry.id === id }))
    return { status: 200, body: book(true) }
  }
  const forget = (id: string | null): FakeAnswer => {
    items = id === null ? [] : items.filter((entry) => entry.id !== id)
    return { status: 204, body: null }
  }
  const masked = (entry: TitleEntry): TitleEntry => {
    const { kind, name, taxId } = entry.title
    const shown = kind === 'person' ? maskName(name) : name
    return {
      ...entry,
      email: entry.email && 'a***@ex.cn',
      title: { ...entry.title, name: shown, taxId: taxId && maskTaxId(taxId) },
    }
  }

  const routes: [RegExp, (id: string, call: FakeCall) => FakeAnswer][] = [
    [
      /^GET \/titles(?:\?orderId=.+)?$/,
      (_, { token }) => ({
        status: 200,
        body: isAgent(token) ? { items: book(false).items.map(masked), canSave: false } : book(true),
      }),
    ],
    [/^GET \/titles\/export$/, () => ({ status: 200, body: { exportedAt: at(), items: book(true).items } })],
    [
      /^POST \/titles$/,
      (_, { body }) => {
        put(body as TitleSave) // the fake's own page sent it
        return { status: 200, body: book(true) }
      },
    ],
    [/^POST \/titles\/([^/]+)\/default$/, choose],
    [/^DELETE \/titles\/([^/]+)$/, forget],
    [/^DELETE \/titles$/, () => forget(null)],
  ]
  return { routes, put, items: () => items }
}
