import type { Tx } from '../database/database.ts'
import type { InvoiceContent } from '../invoicing/invoice.ts'
import type { Vault } from '../privacy/vault.ts'
import { openChange } from './change.store.ts'
import { moveReissue } from './move-reissue.store.ts'
import { getReissue, lockReissue } from './reissue.store.ts'
import { SAGA } from './reissue-jobs.ts'
import { type BlueDeps, finishReissue } from './send-blue.ts'

type Deps = { vault: Vault; now: () => Date }

/** What the saga planned as its new blue. */
export async function readReplacement({ vault }: Deps, tx: Tx, reissueId: string): Promise<InvoiceContent> {
  const { blue } = await openChange(vault, await getReissue(tx, reissueId))
  if (blue === null) throw new Error(`reissue ${reissueId} has no new blue`)
  return blue
}

/** The new blue exists: in the transaction that stored it, the saga comes to its end. */
export async function onReplacementIssued(
  deps: BlueDeps,
  tx: Tx,
  { reissueId, invoiceId }: { reissueId: string; invoiceId: string },
): Promise<void> {
  const reissue = await lockReissue(tx, reissueId)
  if (reissue === null) throw new Error(`reissue ${reissueId} is gone`)
  await finishReissue(deps, tx, { reissue, blueInvoiceId: invoiceId })
}

/** The new blue was refused. The red stands, so this is a task that somebody sees, and the claim is kept. */
export async function onReplacementEnded(
  deps: Deps,
  tx: Tx,
  { reissueId, code, detail }: { reissueId: string; code: string; detail: string | null },
): Promise<void> {
  const reissue = await lockReissue(tx, reissueId)
  if (reissue === null) throw new Error(`reissue ${reissueId} is gone`)
  const set = { endCode: code, endDetail: detail }
  await moveReissue(tx, { reissue, to: 'blue_failed', actor: SAGA, reason: code, now: deps.now(), set })
}
