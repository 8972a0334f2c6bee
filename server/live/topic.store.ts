import type { LiveTopic } from '../contract/live.ts'
import type { Database } from '../database/database.ts'
import type { TopicOwner } from './watch-rules.ts'

/** Null: there is no such thing. One indexed query per subscription, none per event. */
export async function findTopicOwner(database: Database, topic: LiveTopic): Promise<TopicOwner | null> {
  const id = topic.slice(topic.indexOf(':') + 1)
  const mine = { merchantId: true, shopId: true } as const
  if (topic.startsWith('order:')) {
    const order = await database.order.findUnique({ where: { id }, select: mine })
    return order && { ...order, orderIds: [id] }
  }
  if (topic.startsWith('request:')) {
    const select = { ...mine, shares: { select: { orderId: true } } } as const
    const request = await database.invoiceRequest.findUnique({ where: { id }, select })
    return request && toOwner(request, request.shares)
  }
  if (topic.startsWith('invoice:')) {
    const select = { ...mine, allocations: { select: { orderId: true } } } as const
    const invoice = await database.invoice.findUnique({ where: { id }, select })
    return invoice && toOwner(invoice, invoice.allocations)
  }
  if (topic.startsWith('reissue:')) {
    const select = { ...mine, invoice: { select: { allocations: { select: { orderId: true } } } } } as const
    const reissue = await database.reissue.findUnique({ where: { id }, select })
    return reissue && toOwner(reissue, reissue.invoice.allocations)
  }
  if (topic.startsWith('desk:')) {
    const merchant = await database.merchant.findUnique({ where: { id }, select: { id: true } })
    return merchant && { merchantId: id, shopId: null, orderIds: [] }
  }
  const shop = await database.shop.findUnique({ where: { id }, select: { merchantId: true } })
  return shop && { merchantId: shop.merchantId, shopId: id, orderIds: [] }
}

function toOwner(
  { merchantId, shopId }: { merchantId: string; shopId: string },
  shares: readonly { orderId: string }[],
): TopicOwner {
  return { merchantId, shopId, orderIds: shares.map(({ orderId }) => orderId) }
}
