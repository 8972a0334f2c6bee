import { type Actor, recordAudit } from '../audit/record.ts'
import { Problem } from '../contract/problem.ts'
import type { ReviewSheet } from '../contract/review-sheet.ts'
import type { Tx } from '../database/database.ts'
import { SENTENCES } from '../http/sentences.ts'
import type { Standing } from '../invoicing/draft-standing.ts'
import type { AskedTitle, InvoiceRequest } from '../invoicing/request.store.ts'
import { RULES, RULES_VERSION } from '../invoicing/rules/rules.ts'
import { viewTyped } from '../invoicing/view-invoice-request.ts'
import { viewDocument } from '../reissue/view-reissue.ts'

export type ReadSheetDeps = {
  now(): Date
  openTitle(request: InvoiceRequest): Promise<AskedTitle>
  draftStanding(tx: Tx, request: InvoiceRequest): Promise<Standing>
}

/**
 * What a reviewer holds an ask against: the title in full, because nobody can approve a tax id behind stars.
 * Showing it is audited. Refuses with `review_item_changed` where nothing waits for a reviewer any more.
 */
export async function readSheet(
  deps: ReadSheetDeps,
  tx: Tx,
  { request, actor }: { request: InvoiceRequest; actor: Actor },
): Promise<ReviewSheet> {
  if (request.state !== 'in_review') throw new Problem('review_item_changed', { facts: { id: request.id } })
  const { content, faults } = await deps.draftStanding(tx, request)
  const title = await deps.openTitle(request)
  await recordAudit(tx, deps.now(), {
    merchantId: request.merchantId,
    actor,
    act: 'review.title_shown',
    object: `request:${request.id}`,
  })
  return {
    typed: viewTyped({ request, title }),
    document: content === null ? null : viewDocument(content),
    errors: faults.map(({ code, field }) => ({ code, field, detail: SENTENCES[code] })),
    rules: { count: RULES.length, version: RULES_VERSION },
  }
}
