import { type Static, type TObject, type TProperties, type TSchema, type TUnsafe, Type } from 'typebox'

/** A request shape: what is not named is refused, not dropped. */
export function shape<const P extends TProperties>(properties: P): TObject<P> {
  return Type.Object(properties, { additionalProperties: false }) as TObject<P>
}

/** A union told apart by `kind`. A plain anyOf would blame a field of the wrong branch. */
export function byKind<T extends TObject[]>(...branches: T): TUnsafe<Static<T[number]>> {
  const discriminator = { propertyName: 'kind' }
  return Type.Unsafe({ type: 'object', discriminator, required: ['kind'], oneOf: branches })
}

/** One of a few words. */
export function oneOf<const T extends readonly string[]>(words: T): TUnsafe<T[number]> {
  return Type.Unsafe({ type: 'string', enum: words })
}

export function nullable<T extends TSchema>(schema: T): TUnsafe<Static<T> | null> {
  return Type.Unsafe({ anyOf: [schema, { type: 'null' }] })
}

/** Integer fen. 10^14 fen is above every order; a JSON number stays exact below 2^53. */
export const FenNumber = Type.Integer({ minimum: -100_000_000_000_000, maximum: 100_000_000_000_000 })
export const PositiveFen = Type.Integer({ minimum: 0, maximum: 100_000_000_000_000 })

/** An instant, ISO 8601 in UTC. */
export const Instant = Type.String({ format: 'date-time' })
/** A day in Asia/Shanghai. */
export const BusinessDate = Type.String({ format: 'date' })
export const Id = Type.String({ format: 'uuid' })
