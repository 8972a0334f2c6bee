/**
 * Ways for an answer to go wrong. `issues` tells whether the invoice exists afterwards, which is
 * what the caller cannot know (SIM6).
 */
export const FAULTS = {
  timeout_issued: { issues: true, reply: 'silence' },
  timeout_lost: { issues: false, reply: 'silence' },
  error_issued: { issues: true, reply: 'error' },
  error_lost: { issues: false, reply: 'error' },
  reset_issued: { issues: true, reply: 'reset' },
  reset_lost: { issues: false, reply: 'reset' },
  garbled_issued: { issues: true, reply: 'garbled' },
  busy: { issues: false, reply: 'busy' },
} as const satisfies Record<
  string,
  { issues: boolean; reply: 'silence' | 'error' | 'reset' | 'garbled' | 'busy' }
>

export type FaultName = keyof typeof FAULTS
export type Fault = (typeof FAULTS)[FaultName]

export const FAULT_NAMES: readonly FaultName[] = [
  'timeout_issued',
  'timeout_lost',
  'error_issued',
  'error_lost',
  'reset_issued',
  'reset_lost',
  'garbled_issued',
  'busy',
]

export function isFaultName(value: unknown): value is FaultName {
  return FAULT_NAMES.some((name) => name === value)
}

/** One throw of the dice over all shares; null is an ordinary answer. */
export function drawFault(
  shares: Readonly<Partial<Record<FaultName, number>>>,
  random: () => number,
): FaultName | null {
  let left = random()
  for (const name of FAULT_NAMES) {
    left -= shares[name] ?? 0
    if (left < 0) return name
  }
  return null
}
