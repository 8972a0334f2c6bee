export const MAGIC_ACTS = ['offline', 'credit', 'in_doubt', 'slow', 'reject', 'used'] as const
export type MagicAct = (typeof MAGIC_ACTS)[number]

/** Order numbers that drive one failure each from widget to webhook (F4). */
export const MAGIC_ORDERS: Readonly<Record<string, MagicAct>> = {
  'DEMO-OFFLINE': 'offline',
  'DEMO-CREDIT': 'credit',
  'DEMO-INDOUBT': 'in_doubt',
  'DEMO-SLOW': 'slow',
  'DEMO-REJECT': 'reject',
  // Issued, and at once used for deduction by its buyer: a red needs the buyer's yes (SIM7).
  'DEMO-USED-DEDUCTED': 'used',
}

/** By equality or ending, so that a shop may put its own prefix before it. The first match counts. */
export function findMagic(
  orderNumbers: readonly string[],
  table: Readonly<Record<string, MagicAct>>,
): MagicAct | null {
  for (const number of orderNumbers) {
    const row = Object.entries(table).find(([ending]) => number.endsWith(ending))
    if (row !== undefined) return row[1]
  }
  return null
}
