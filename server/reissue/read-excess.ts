import type { Tx } from '../database/database.ts'
import type { StoredInvoice } from '../invoicing/invoice.store.ts'
import type { Order } from '../orders/order.ts'
import type { Vault } from '../privacy/vault.ts'
import { openChange } from './change.store.ts'
import type { Share } from './change.ts'
import { type Excess, findExcess, overFen } from './excess.ts'
import { listReversedOver } from './reissue.store.ts'
import type { StandingBlue } from './standing-blue.ts'

type Place = { merchantId: string; id: string }

export type ExcessDeps = {
  vault: Vault
  findInvoice(tx: Tx, place: Place): Promise<StoredInvoice | null>
  /** Live blues over any of these orders, newest first. */
  listLiveBlues(tx: Tx, orderIds: readonly string[]): Promise<string[]>
  listShares(tx: Tx, invoiceId: string): Promise<Share[]>
  listReds(tx: Tx, place: Place): Promise<StoredInvoice[]>
}

type Asking = {
  merchantId: string
  orders: readonly Order[]
  blue: StandingBlue
  /** The invoice, or the reissue whose new blue it will be. */
  of: { invoiceId: string } | { reissueId: string }
}

/**
 * What this blue carries too much of its orders, beside every other one over them. One whose red exists
 * and that is not issued yet counts as the newest.
 */
export async function readExcess(deps: ExcessDeps, tx: Tx, asking: Asking): Promise<Excess[]> {
  const { merchantId, orders, blue, of } = asking
  const over = orders.filter((order) => overFen(order) > 0n).map(({ id }) => id)
  if (over.length === 0) return []
  const reversed = await readReversed(deps, tx, over)
  const ownId = 'invoiceId' in of ? of.invoiceId : of.reissueId
  const holders = reversed.flatMap(({ id, coming }) => (id === ownId ? [blue] : (coming ?? [])))
  for (const id of await deps.listLiveBlues(tx, over)) {
    const holder = id === ownId ? blue : await readBlue(deps, tx, { merchantId, id })
    if (holder !== null) holders.push(holder)
  }
  return findExcess({ orders, blue, holders, settled: reversed.flatMap(({ settles }) => settles) })
}

async function readBlue(deps: ExcessDeps, tx: Tx, place: Place): Promise<StandingBlue | null> {
  const content = await deps.findInvoice(tx, place)
  return content === null ? null : standingOf(deps, tx, content)
}

/** An invoice with its shares and its reds. */
export async function standingOf(
  deps: Pick<ExcessDeps, 'listShares' | 'listReds'>,
  tx: Tx,
  invoice: StoredInvoice,
): Promise<StandingBlue> {
  const reds = await deps.listReds(tx, invoice)
  const shares = await deps.listShares(tx, invoice.id)
  return {
    content: invoice,
    shares,
    reds: await Promise.all(
      reds.map(async (content) => ({ content, shares: await deps.listShares(tx, content.id) })),
    ),
  }
}

/** Newest first: what each red took off, and the new blue that is still to come after it. */
async function readReversed({ vault }: ExcessDeps, tx: Tx, orderIds: readonly string[]) {
  const reissues = await listReversedOver(tx, orderIds)
  return Promise.all(
    reissues.map(async (reissue) => {
      const { blue, blueShares, settles } = await openChange(vault, reissue)
      const isComing = blue !== null && reissue.state !== 'done'
      return {
        id: reissue.id,
        settles,
        coming: isComing ? { content: blue, shares: blueShares, reds: [] } : null,
      }
    }),
  )
}
