import { type Actor, recordAudit } from '../audit/record.ts'
import type { RequestState } from '../contract/invoicing.ts'
import { Problem } from '../contract/problem.ts'
import type { Tx } from '../database/database.ts'
import { findInvoiceSummaries, type InvoiceState } from './invoice.store.ts'
import { yuan } from './money.ts'
import { getRequest } from './request-invoice.ts'

export type ComposeReplyDeps = {
  now: () => Date
  /** A link for the order that ends soon. */
  createOrderLink(tx: Tx, ask: OrderLinkAsk): Promise<{ url: string; expiresAt: Date }>
}

export type OrderLinkAsk = { merchantId: string; shopId: string; orderId: string; actor: Actor; days: number }

type Locale = 'zh-CN' | 'en'
type Ask = { id: string; version: number; locale: Locale; actor: Actor }
export type Reply = { text: string; url: string; expiresAt: Date }

/** Long enough for a conversation, short enough for a forwarded message. */
const LINK_DAYS = 1

/** An issued one may have been taken back since, and then the invoice's own state is what is true. */
type Standing = RequestState | InvoiceState

/** One sentence per state: what is true now, and nothing that may not come. */
const SENTENCES: Record<Locale, (state: Standing, amount: string, ticket: string) => string> = {
  'zh-CN': (state, amount, ticket) =>
    ({
      submitted: `您的开票申请（${ticket}，¥${amount}）已收到，可在这里查看进度：`,
      in_review: `您的开票申请（${ticket}，¥${amount}）正在审核，可在这里查看进度：`,
      approved: `您的开票申请（${ticket}，¥${amount}）已通过审核，可在这里查看进度：`,
      rejected: `您的开票申请（${ticket}）需要修改，请在这里核对信息：`,
      queued: `您的开票申请（${ticket}，¥${amount}）已受理，可在这里查看进度：`,
      held: `您的开票申请（${ticket}，¥${amount}）已受理，开票通道恢复后会自动开具，可在这里查看进度：`,
      issuing: `您的发票（¥${amount}）正在开具，可在这里查看进度：`,
      in_doubt: `您的发票（¥${amount}）正在向税局核实，请勿重复提交，可在这里查看进度：`,
      issued: `您的发票已开好，金额 ¥${amount}，请在这里查看和下载：`,
      partly_reversed: '您的发票已部分红冲，可在这里查看和下载：',
      reversed: '您的发票已红冲，不再有效，可在这里查看：',
      replaced: '您的发票已换开，请在这里查看和下载新发票：',
      withdrawn: `您的开票申请（${ticket}）已撤回，需要时可在这里重新申请：`,
    })[state],
  en: (state, amount, ticket) =>
    ({
      submitted: `We have your invoice request (${ticket}, ¥${amount}). Follow it here: `,
      in_review: `Your invoice request (${ticket}, ¥${amount}) is being reviewed. Follow it here: `,
      approved: `Your invoice request (${ticket}, ¥${amount}) was approved. Follow it here: `,
      rejected: `Your invoice request (${ticket}) needs a correction. Please check it here: `,
      queued: `Your invoice request (${ticket}, ¥${amount}) is accepted. Follow it here: `,
      held: `Your invoice request (${ticket}, ¥${amount}) is accepted and will be issued once the channel is back. Follow it here: `,
      issuing: `Your invoice (¥${amount}) is being issued. Follow it here: `,
      in_doubt: `Your invoice (¥${amount}) is being checked with the tax bureau; please do not ask again. Follow it here: `,
      issued: `Your invoice is ready: ¥${amount}. View and download it here: `,
      partly_reversed: 'A part of your invoice was reversed. View and download it here: ',
      reversed: 'Your invoice was reversed and is no longer valid. See it here: ',
      replaced: 'Your invoice was reissued. View and download the new one here: ',
      withdrawn: `Your invoice request (${ticket}) was withdrawn. You can ask again here: `,
    })[state],
}

/**
 * The sentence for the chat box (F3), true at this moment. Refuses with `reply_outdated` when the
 * request moved on since the agent's screen was drawn, so that nobody sends what is no longer so.
 */
export async function composeReply(
  deps: ComposeReplyDeps,
  tx: Tx,
  { id, version, locale, actor }: Ask,
): Promise<Reply> {
  const request = await getRequest(tx, id)
  if (request.version !== version) throw new Problem('reply_outdated', { facts: { id } })
  const [share] = request.shares
  if (share === undefined) throw new Error(`request ${id} covers no order`)
  const { merchantId, shopId } = request
  const { url, expiresAt } = await deps.createOrderLink(tx, {
    merchantId,
    shopId,
    orderId: share.orderId,
    actor,
    days: LINK_DAYS,
  })
  await recordAudit(tx, deps.now(), {
    merchantId,
    actor,
    act: 'reply.composed',
    object: `request:${id}`,
    facts: { state: request.state },
  })
  const ids = request.invoiceId === null ? [] : [request.invoiceId]
  const [invoice] = await findInvoiceSummaries(tx, merchantId, ids)
  const sentence = SENTENCES[locale](
    invoice?.state ?? request.state,
    yuan(request.amountFen),
    request.ticketNumber,
  )
  return { text: `${sentence}${url}`, url, expiresAt }
}
