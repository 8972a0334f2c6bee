import { Ajv, type Options } from 'ajv'
import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'

/** `removeAdditional` would delete fields while it tries the first branch of a union. */
const SHARED: Options = {
  removeAdditional: false,
  useDefaults: true,
  discriminator: true,
  allErrors: true, // all faults at once; the body is at most 256 KiB
  strict: true,
  strictTypes: false, // a union by `kind` has its types in its branches
  strictRequired: false, // and its tag, which the union itself requires
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const DATE = /^\d{4}-\d{2}-\d{2}$/
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/

/** 2026-02-30 is no day: `Date` would make the 2nd of March of it. */
function isDay(text: string): boolean {
  if (!DATE.test(text)) return false
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

function isInstant(text: string): boolean {
  return DATE_TIME.test(text) && isDay(text.slice(0, 10)) && !Number.isNaN(Date.parse(text))
}

function makeAjv(coerceTypes: boolean): Ajv {
  const ajv = new Ajv({ ...SHARED, coerceTypes })
  ajv.addFormat('uuid', UUID)
  ajv.addFormat('date', isDay)
  ajv.addFormat('date-time', isInstant)
  return ajv
}

/** Bodies say what they mean: `"12"` is no number there. In a query everything arrives as text. */
export function createValidatorCompiler(): FastifySchemaCompiler<TSchema> {
  const strict = makeAjv(false)
  const coercing = makeAjv(true)
  return ({ schema, httpPart }) => (httpPart === 'body' ? strict : coercing).compile(schema)
}
