/**
 * A job is added in the transaction that makes it necessary and carries ids only; what is due stands
 * in the domain's own rows, so a lost job is found again by the reconciler.
 */
export type Job<K extends string = string> = {
  /** Forever: rows of old jobs carry it. */
  readonly kind: K
  run(payload: JobPayload, signal: AbortSignal): Promise<void>
}

export type JobPayload = Readonly<Record<string, string>>

/** Lower runs first: a person waiting overtakes a batch. */
export const PRIORITY = { person: 0, normal: 5, batch: 20 } as const

export type JobRequest = {
  kind: string
  payload: JobPayload
  /** A job with the same key replaces one that has not started. */
  key: string
  runAt?: Date
  priority?: number
}

/** Reads a payload that must hold these ids. */
export function payloadOf<const N extends readonly string[]>(
  value: unknown,
  names: N,
): Record<N[number], string> {
  const entries = names.map((name) => {
    const found =
      typeof value === 'object' && value !== null
        ? Object.entries(value).find(([key]) => key === name)
        : undefined
    if (found === undefined || typeof found[1] !== 'string') throw new Error(`job payload lacks ${name}`)
    return [name, found[1]] as const
  })
  return Object.fromEntries(entries) as Record<N[number], string> // every name was read above
}
