import type { HostContext } from './host.ts'

/** Texts of a console are short; what is longer is no hint. */
const FIELD_MAX = 200
/** A context with all its attributes is a few kB. */
const MESSAGE_MAX = 262_144

export type Members = Readonly<Partial<Record<string, unknown>>>

/** Own members only: a key named `__proto__` brings nothing in. */
export const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}

/** A member of a member …; undefined where the way ends. */
export const memberAt = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((at, name) => membersOf(at)[name], value)

/** What a JSON text holds; nothing where it is none, or none a console would send. */
export function readJson(text: unknown): Members {
  if (typeof text !== 'string' || text.length > MESSAGE_MAX) return {}
  try {
    return membersOf(JSON.parse(text))
  } catch {
    return {}
  }
}

/** A short text or a number; anything else is no hint. */
export function readHint(value: unknown): string | null {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string' || text.length > FIELD_MAX) return null
  return text.trim() || null
}

const ORDER_KEYS = ['order_no', 'order_number', 'order_id', 'orderNo', 'orderNumber', 'orderId', '订单号']

/** The order among attributes that a shop named itself. */
export const orderAmong = (attributes: unknown): string | null =>
  ORDER_KEYS.map((key) => readHint(membersOf(attributes)[key])).find((found) => found !== null) ?? null

/**
 * An order number in a sentence: letters, digits and hyphens, at least four digits together. A mobile number
 * and a tax id (18 characters) are none. Wrong at worst, it fills a box that can be typed over.
 */
export function orderWithin(text: unknown): string | null {
  if (typeof text !== 'string') return null
  const words = text.slice(0, 2_000).split(/[^A-Za-z0-9-]+/)
  const isOrder = (word: string) =>
    /^[A-Za-z0-9][A-Za-z0-9-]{5,31}$/.test(word) &&
    /\d{4}/.test(word) &&
    word.length !== 18 &&
    !/^1\d{10}$/.test(word)
  return words.find(isOrder) ?? null
}

type Parts = {
  readonly [K in Exclude<keyof HostContext, 'host' | 'conversation'>]?: unknown
}

/** A context out of what a console said; null where it names nobody. */
export function makeContext(host: string, parts: Parts): HostContext | null {
  const platform = readHint(parts.platform)
  const shopId = readHint(parts.shopId)
  const buyerNick = readHint(parts.buyerNick)
  const buyerId = readHint(parts.buyerId)
  const orderNo = readHint(parts.orderNo)
  const conversationId = readHint(parts.conversationId)
  const who = buyerId ?? buyerNick ?? orderNo
  if (conversationId === null && who === null) return null
  const { theme } = parts
  return {
    host,
    conversationId,
    conversation: conversationId ?? [platform, shopId, who].join('\u001f'),
    platform,
    shopId,
    buyerNick,
    buyerId,
    orderNo,
    locale: readHint(parts.locale),
    theme: theme === 'light' || theme === 'dark' ? theme : null,
  }
}

/** The agent left the conversation and is in no other: nothing may be inserted. */
export const nobody = (host: string): HostContext => ({
  host,
  conversation: '',
  conversationId: null,
  platform: null,
  shopId: null,
  buyerNick: null,
  buyerId: null,
  orderNo: null,
  locale: null,
  theme: null,
})
