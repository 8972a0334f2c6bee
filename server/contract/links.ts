import { type Static, Type } from 'typebox'
import { Id, Instant, shape } from './shape.ts'

/** A link for one order of the shop; without a number the shop's own link, whose page asks for one. */
export const NewShopLink = shape({ orderNumber: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })) })

/** For tills and posters: the same QR code as markup and as a picture. */
export const ShopLinkReply = Type.Object({
  id: Id,
  url: Type.String(),
  qrSvg: Type.String(),
  /** PNG, base64. */
  qrPng: Type.String(),
  expiresAt: Instant,
})
export type ShopLinkReply = Static<typeof ShopLinkReply>
