/** A JSON schema as routes carry it: only what the contract uses. */
type Schema = {
  type?: string
  const?: unknown
  enum?: readonly unknown[]
  format?: string
  pattern?: string
  properties?: Readonly<Record<string, Schema>>
  items?: Schema
  oneOf?: readonly Schema[]
  anyOf?: readonly Schema[]
  minimum?: number
}

type SampleOptions = {
  /** Field name → what stands there, wherever it comes. */
  readonly values: Readonly<Record<string, unknown>>
  /** Which branch of a union. */
  readonly branch: number
}

const BY_FORMAT: Readonly<Record<string, string>> = {
  uuid: '01890000-0000-7000-8000-000000000001',
  'date-time': '2026-11-20T08:00:00Z',
  date: '2026-11-20',
}

const BY_PATTERN: Readonly<Record<string, string>> = {
  '^[a-z0-9][a-z0-9-]{0,31}$': 'a-tm',
  '^\\d{1,12}(\\.\\d{1,2})?$': '299.00',
  '^\\d{1,12}(\\.\\d{1,8})?$': '1',
  '^\\d{4}$': '0000',
  '^[0-9a-f]{64}$': 'ab'.repeat(32),
  '^[0-9]{1,20}$': '17',
  '^[0-9]{6}$': '000000',
  '^\\d{19}$': '1060305010000000000',
}

/** A value with every field in it that the schema knows. Throws at a pattern nobody has taught it. */
export function sampleOf(schema: unknown, options: SampleOptions, name = ''): unknown {
  const known = schema as Schema // route schemas are data of our own
  if (name in options.values) return options.values[name]
  if (known.const !== undefined) return known.const
  if (known.enum !== undefined) return known.enum[0]
  const branches = known.oneOf ?? known.anyOf
  if (branches !== undefined) {
    const at = known.oneOf === undefined ? 0 : Math.min(options.branch, branches.length - 1)
    return sampleOf(branches[at], options, name)
  }
  if (known.type === 'object') {
    const fields = Object.entries(known.properties ?? {})
    return Object.fromEntries(fields.map(([key, field]) => [key, sampleOf(field, options, key)]))
  }
  if (known.type === 'array') return [sampleOf(known.items, options, name)]
  return sampleScalar(known)
}

function sampleScalar({ type, format, pattern, minimum }: Schema): unknown {
  if (type === 'integer' || type === 'number') return minimum ?? 0
  if (type === 'boolean') return false
  if (type === 'null') return null
  if (format !== undefined) return BY_FORMAT[format]
  if (pattern === undefined) return 'TEXT-0001'
  const text = BY_PATTERN[pattern]
  if (text === undefined) throw new Error(`no sample is known for ${pattern}`)
  return text
}

export type Place = readonly (string | number)[]

/** Every place in a value, containers before what is in them; the root is the empty place. */
export function placesIn(value: unknown, at: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [at]
  return [at, ...Object.entries(value).flatMap(([key, item]) => placesIn(item, [...at, key]))]
}

const MARK = 'a mark that is nowhere else'

/** The value's JSON with raw text at one place: text that no value could be turned into. */
export function jsonWith(value: unknown, [head, ...rest]: Place, raw: string): string {
  return JSON.stringify(markAt(value, head, rest)).replace(JSON.stringify(MARK), () => raw)
}

function markAt(value: unknown, head: string | number | undefined, rest: Place): unknown {
  if (head === undefined) return MARK
  const [next, ...others] = rest
  if (Array.isArray(value)) {
    return value.map((item, index) => (String(index) === String(head) ? markAt(item, next, others) : item))
  }
  const object: Record<string, unknown> = { ...(value as object) }
  return { ...object, [head]: markAt(object[head], next, others) }
}
