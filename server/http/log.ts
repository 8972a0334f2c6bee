import type { FastifyServerOptions } from 'fastify'

/** All that a log line may hold besides time, level and message (trust §8): names, never values of people. */
const ALLOWED: ReadonlySet<string> = new Set([
  'requestId',
  'method',
  'route',
  'status',
  'ms',
  'merchantId',
  'code',
  'facts',
  'error',
  'job',
  'jobId',
  'jobError',
  'address',
])

type LogOptions = {
  level: string
  /** Where lines go; standard output when left out. */
  stream?: { write(line: string): void } | undefined
}

/**
 * pino with an allow-list in front: what is not named is dropped, so a whole request, an error with its
 * message or a stray URL never reaches a line, whoever passes it in.
 */
export function logOptions({ level, stream }: LogOptions): NonNullable<FastifyServerOptions['logger']> {
  return {
    level,
    base: null,
    messageKey: 'message',
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: {
      level: (label: string) => ({ level: label }),
      bindings: allowed,
      log: allowed,
    },
    hooks: {
      // pino would take the message of an error for the line's own; it may repeat a value.
      logMethod(args: unknown[], method: (...args: unknown[]) => void) {
        const [first, ...rest] = args
        if (first instanceof Error) method.call(this, { error: first.name }, 'error')
        else if (isErrorBag(first)) method.call(this, { ...first, error: first.err.name }, ...rest)
        else method.apply(this, args)
      },
    },
    ...(stream === undefined ? {} : { stream }),
  } as NonNullable<FastifyServerOptions['logger']> // pino's own types of a hook's arguments are narrower than what it passes
}

function allowed(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => ALLOWED.has(name)))
}

function isErrorBag(value: unknown): value is { err: Error } {
  return typeof value === 'object' && value !== null && 'err' in value && value.err instanceof Error
}
