import { RED_REASONS, type RedReason } from '../contract/reissues.ts'

/**
 * 红冲原因 as each issuer numbers it (facts/invoicing.md §6.1). The numbers look alike and are not: the
 * bureau's 01 is Nuonuo's 2.
 */
export const RED_REASON_CODES = {
  bureau: { mistake: '01', return: '02', service_ended: '03', allowance: '04' },
  aisino: { mistake: '01', return: '02', service_ended: '03', allowance: '04' },
  fapiao_com: { mistake: '01', return: '02', service_ended: '03', allowance: '04' },
  nuonuo: { mistake: '2', return: '1', service_ended: '3', allowance: '4' },
} as const satisfies Record<string, Readonly<Record<RedReason, string>>>

export type RedReasonTable = keyof typeof RED_REASON_CODES

/** Null: the issuer said a code that is none of its own. */
export function readRedReason(table: RedReasonTable, code: string): RedReason | null {
  return RED_REASONS.find((reason) => RED_REASON_CODES[table][reason] === code) ?? null
}
