import { type Static, Type } from 'typebox'
import { Id, Instant, nullable, oneOf, shape } from './shape.ts'

/** How a shop looks and whom to ask. Safe for everybody who holds a token of the shop. */
export const ShopView = Type.Object({
  id: Id,
  code: Type.String(),
  name: Type.String(),
  platform: Type.String(),
  merchantName: Type.String(),
  logoUrl: nullable(Type.String()),
  /** #rrggbb */
  accent: Type.String(),
  serviceText: nullable(Type.String()),
  /** Days after completion in which customers may ask by themselves. */
  selfServiceDays: Type.Integer(),
  /** The sandbox is in use: documents are marked 演示. */
  isDemo: Type.Boolean(),
})
export type ShopView = Static<typeof ShopView>

export const SessionView = Type.Object({
  /** Bearer; keep it in memory only. */
  token: Type.String(),
  expiresAt: Instant,
  role: oneOf(['agent', 'senior_agent', 'finance', 'auditor', 'ops', 'shop_admin', 'customer']),
  /** All shops of the merchant for an agent without a fixed shop. */
  shops: Type.Array(ShopView),
  /** Orders this session has proven, in the order of the token. */
  orderIds: Type.Array(Id),
  /** Where the session came from; a link of one order leads straight to it. */
  via: oneOf(['launch', 'order_link', 'shop_link', 'proof', 'login']),
})
export type SessionView = Static<typeof SessionView>

/**
 * A launch token of a merchant backend, used once. `hostOrigin` is the origin of the page around the
 * widget's frame, as the browser told the frame (`MessageEvent.origin`); it must stand in the shop's list
 * and, where the token names an origin, equal it. Without it the server's own origin counts.
 */
export const LaunchExchange = shape({
  launchToken: Type.String({ minLength: 1, maxLength: 4096 }),
  hostOrigin: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
})
/** A person as the merchant's launch tokens name them: `role` and `sub`. */
export const PersonSessions = shape({
  role: oneOf(['agent', 'customer']),
  sub: Type.String({ minLength: 1, maxLength: 128 }),
})
/** A link token out of a QR code or a chat. */
export const LinkExchange = shape({ linkToken: Type.String({ minLength: 1, maxLength: 4096 }) })
