import type { ReissueState } from '../contract/reissues.ts'

/**
 * What may follow what. A move that is not written here is refused. From `red_issued` on there is no way
 * back: the blue is gone, and only the new one ends the saga.
 */
export const REISSUE_NEXT = {
  planned: ['in_review', 'red_requested', 'withdrawn'],
  in_review: ['red_requested', 'rejected', 'withdrawn'],
  red_requested: ['waiting_buyer', 'red_issued', 'red_refused', 'buyer_refused', 'lapsed', 'withdrawn'],
  waiting_buyer: ['red_issued', 'red_refused', 'buyer_refused', 'lapsed', 'withdrawn'],
  red_issued: ['blue_issuing', 'writing_back'], // writing_back: a red alone has no new blue
  blue_issuing: ['writing_back', 'blue_failed'],
  blue_failed: ['blue_issuing', 'writing_back'], // writing_back: refunds left nothing to invoice
  writing_back: ['done'],
  done: [],
  rejected: [],
  red_refused: [],
  buyer_refused: [],
  lapsed: [],
  withdrawn: [],
} as const satisfies Record<ReissueState, readonly ReissueState[]>

/** Ended with the blue as valid as before: such a one counts against no cap. */
const VAIN_STATES = ['rejected', 'red_refused', 'buyer_refused', 'lapsed', 'withdrawn'] as const

/** Ended, whichever way. */
const ENDED_STATES = ['done', ...VAIN_STATES] as const

export function mayMove(from: ReissueState, to: ReissueState): boolean {
  return isOneOf(REISSUE_NEXT[from], to)
}

export function isRunning({ state }: { state: ReissueState }): boolean {
  return !isOneOf(ENDED_STATES, state)
}

export function endedInVain({ state }: { state: ReissueState }): boolean {
  return isOneOf(VAIN_STATES, state)
}

function isOneOf(states: readonly ReissueState[], state: ReissueState): boolean {
  return states.includes(state)
}
