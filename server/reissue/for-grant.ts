import { actorText } from '../audit/record.ts'
import { Problem } from '../contract/problem.ts'
import type { ReissueView } from '../contract/reissues.ts'
import type { Database, Tx } from '../database/database.ts'
import { maySee, roleOf } from '../invoicing/authorise.ts'
import type { InvoiceSummary, StoredInvoice } from '../invoicing/invoice.store.ts'
import { actorOf, type Grant, mayApprove, type SessionGrant } from '../tokens/grant.ts'
import { openChange } from './change.store.ts'
import type { ActDeps } from './read-plan-facts.ts'
import { findReissue, type Reissue } from './reissue.store.ts'
import { type Looker, viewReissue } from './view-reissue.ts'

type InvoicePlace = { merchantId: string; id: string }

/** What reading for a grant needs: only what it may see, as it may see it. */
export type GrantReadDeps = Pick<ActDeps, 'vault'> & {
  database: Database
  findInvoice(tx: Tx | Database, place: InvoicePlace): Promise<StoredInvoice | null>
  findInvoiceSummaries(
    tx: Tx | Database,
    merchantId: string,
    ids: readonly string[],
  ): Promise<InvoiceSummary[]>
  findOrderNumbers(
    tx: Tx | Database,
    merchantId: string,
    ids: readonly string[],
  ): Promise<Map<string, string>>
  /** Passes while a step-up counts, or takes the code; refuses otherwise. */
  assertStepUp(session: SessionGrant, code: string | undefined): Promise<void>
}

/** "Not found" and "not yours" are one answer. */
export async function readInvoice(deps: GrantReadDeps, grant: Grant, id: string): Promise<StoredInvoice> {
  const invoice = await deps.findInvoice(deps.database, { merchantId: grant.merchantId, id })
  if (invoice === null || !maySee(grant, invoice)) throw new Problem('invoice_not_found')
  return invoice
}

/** The same for a reissue. */
export async function readReissue(deps: GrantReadDeps, grant: Grant, id: string): Promise<Reissue> {
  const reissue = await findReissue(deps.database, id)
  if (reissue === null || !maySee(grant, reissue)) throw new Problem('reissue_not_found')
  return reissue
}

/** A customer's own submit was the start; what staff planned, staff carry out. */
export async function readForStaff(deps: GrantReadDeps, grant: Grant, id: string): Promise<Reissue> {
  const reissue = await readReissue(deps, grant, id)
  if (roleOf(grant) === 'customer') throw new Problem('token_not_allowed')
  return reissue
}

type Deciding = { reissueId: string; stepUpCode: string | undefined }

/** For who decides: finance, with the second factor. */
export async function readForReview(deps: GrantReadDeps, grant: SessionGrant, deciding: Deciding) {
  const { id } = await readReissue(deps, grant, deciding.reissueId)
  if (!mayApprove(grant)) throw new Problem('token_not_allowed')
  await deps.assertStepUp(grant, deciding.stepUpCode)
  return { id, actor: actorOf(grant) }
}

/** Who looks, for what a view may show and offer. */
export function lookerOf(grant: Grant): Looker {
  return {
    role: roleOf(grant),
    mayAct: grant.kind === 'api' || grant.scopes.includes('requests.write'),
    mayApprove: mayApprove(grant),
    actor: actorText(actorOf(grant)),
  }
}

/** Each as its looker may see it. */
export function viewsOf(
  deps: GrantReadDeps,
  grant: Grant,
  reissues: readonly Reissue[],
): Promise<ReissueView[]> {
  return Promise.all(reissues.map((reissue) => viewOf(deps, grant, reissue)))
}

export async function viewOf(
  deps: GrantReadDeps,
  grant: Grant,
  reissue: Reissue,
  tx: Tx | Database = deps.database,
): Promise<ReissueView> {
  const { merchantId, invoiceId, redInvoiceId, replacementId, orderIds } = reissue
  const ids = [invoiceId, redInvoiceId, replacementId].filter((id) => id !== null)
  const numbers = await deps.findOrderNumbers(tx, merchantId, orderIds)
  return viewReissue({
    reissue,
    change: await openChange(deps.vault, reissue),
    invoices: await deps.findInvoiceSummaries(tx, merchantId, ids),
    orderNumbers: orderIds.flatMap((id) => numbers.get(id) ?? []),
    looker: lookerOf(grant),
  })
}
