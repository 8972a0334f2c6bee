import type { AccountSet, ChannelState } from './records.ts'

/** A seller's standing with the bureau. */
export type Account = {
  readonly taxId: string
  readonly channel: ChannelState
  /** 发票总额度 of a month, tax-exclusive. */
  readonly lineFen: number
  readonly month: string
  readonly usedFen: number
}

export type Restored = { readonly netFen: number; readonly dueMs: number; readonly blueMs: number }

export type Accounts = {
  get(taxId: string, atMs: number): Account
  all(atMs: number): Account[]
  spend(taxId: string, netFen: number, atMs: number): void
  /** Gives back what a red of the same month takes back, from `dueMs` on (facts/invoicing.md §6.3). */
  restore(taxId: string, restored: Restored): void
  apply(record: AccountSet): void
}

/** The pattern of accounts never seen before. */
export const ANY_ACCOUNT = '*'

/** Month and business day are the tax bureau's: Asia/Shanghai, which has no summer time. */
export function shanghaiMonth(atMs: number): string {
  return new Date(atMs + 8 * 3_600_000).toISOString().slice(0, 7)
}

/** Keeps each seller's login and monthly credit apart from every other's. Holds what records say. */
export function createAccounts(defaultLineFen: number): Accounts {
  let pattern: Pick<Account, 'channel' | 'lineFen'> = { channel: 'online', lineFen: defaultLineFen }
  const accounts = new Map<string, Account>()

  const waiting = new Map<string, readonly Restored[]>()

  const baseOf = (taxId: string, atMs: number): Account => {
    const month = shanghaiMonth(atMs)
    const known = accounts.get(taxId) ?? { taxId, ...pattern, month, usedFen: 0 }
    // A new month begins with nothing used. A clock that jumps back does not give credit back.
    return known.month >= month ? known : { ...known, month, usedFen: 0 }
  }

  /** What became due is worked in once, so that the list stays short. */
  const get = (taxId: string, atMs: number): Account => {
    const pending = waiting.get(taxId)
    const account = baseOf(taxId, atMs)
    if (pending === undefined) return account

    const due = pending.filter(({ dueMs }) => dueMs <= atMs)
    if (due.length === 0) return account
    const left = pending.filter(({ dueMs }) => dueMs > atMs)
    if (left.length === 0) waiting.delete(taxId)
    else waiting.set(taxId, left)
    // A red of an earlier month gives nothing back, and one of a month that is over is forgotten.
    const isGivenBack = ({ dueMs, blueMs }: Restored) =>
      shanghaiMonth(dueMs) === shanghaiMonth(blueMs) && shanghaiMonth(dueMs) === account.month
    const restoredFen = due.filter(isGivenBack).reduce((sum, { netFen }) => sum + netFen, 0)
    const next = { ...account, usedFen: account.usedFen - restoredFen }
    accounts.set(taxId, next)
    return next
  }

  return {
    get,
    all: (atMs) => [...accounts.keys()].map((taxId) => get(taxId, atMs)),
    spend(taxId, netFen, atMs) {
      const account = get(taxId, atMs)
      accounts.set(taxId, { ...account, usedFen: account.usedFen + netFen })
    },
    restore(taxId, restored) {
      waiting.set(taxId, [...(waiting.get(taxId) ?? []), restored])
    },
    apply({ taxId, channel, lineFen }) {
      if (taxId === ANY_ACCOUNT) pattern = { channel, lineFen }
      else accounts.set(taxId, { ...get(taxId, 0), channel, lineFen })
    },
  }
}

export function availableFen({ lineFen, usedFen }: Account): number {
  return Math.max(0, lineFen - usedFen)
}
