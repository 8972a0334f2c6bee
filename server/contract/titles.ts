import { type Static, Type } from 'typebox'
import { TITLE_KINDS, Title } from './invoicing.ts'
import { Id, Instant, nullable, oneOf, shape } from './shape.ts'

/** Two characters are enough; sent in a body, so that names stay out of URLs and logs. */
export const TitleSearch = shape({ text: Type.String({ minLength: 1, maxLength: 100 }) })

export const TitleSuggestion = Type.Object({
  name: Type.String(),
  taxId: Type.String(),
  /** `known`: invoiced before by this merchant (agents only); `directory`: a published list. */
  source: oneOf(['known', 'directory']),
})
export type TitleSuggestion = Static<typeof TitleSuggestion>

export const TitleSuggestions = Type.Object({ items: Type.Array(TitleSuggestion) })

/**
 * `POST /v1/titles`: keep this title for the customer who asks, or say that it was used again. Sent only
 * where the customer wants it kept.
 */
export const TitleSave = shape({
  title: Title,
  /** The kind of invoice it was last used for. */
  kind: oneOf(['ordinary', 'special']),
  email: Type.Optional(nullable(Type.String({ maxLength: 400 }))),
  isDefault: Type.Optional(Type.Boolean()),
})
export type TitleSave = Static<typeof TitleSave>

export const TitleDetails = Type.Object({
  kind: oneOf(TITLE_KINDS),
  name: Type.String(),
  taxId: nullable(Type.String()),
  address: nullable(Type.String()),
  phone: nullable(Type.String()),
  bankName: nullable(Type.String()),
  bankAccount: nullable(Type.String()),
})
export type TitleDetails = Static<typeof TitleDetails>

/** A kept title. Whole for its owner; masked for agents (S1-01). */
export const TitleEntry = Type.Object({
  id: Id,
  title: TitleDetails,
  kind: oneOf(['ordinary', 'special']),
  email: nullable(Type.String()),
  isDefault: Type.Boolean(),
  createdAt: Instant,
  lastUsedAt: Instant,
})
export type TitleEntry = Static<typeof TitleEntry>

/** 抬头簿: the default first, then the last used first. */
export const TitleBook = Type.Object({
  items: Type.Array(TitleEntry),
  /** The merchant knows this customer, so that titles can be kept; false behind a mere link. */
  canSave: Type.Boolean(),
})
export type TitleBook = Static<typeof TitleBook>

/** Everything that is kept for one customer, as a file of their own. */
export const TitleExport = Type.Object({ exportedAt: Instant, items: Type.Array(TitleEntry) })
export type TitleExport = Static<typeof TitleExport>
