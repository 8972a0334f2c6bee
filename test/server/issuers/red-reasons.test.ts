import { expect, test } from 'vitest'
import { RED_REASONS } from '../../../server/contract/reissues.ts'
import { RED_REASON_CODES, readRedReason } from '../../../server/issuers/red-reasons.ts'

// facts/invoicing.md §6.1, typed from the table there and not from the code.
const TABLE = [
  ['mistake', '01', '2'],
  ['return', '02', '1'],
  ['service_ended', '03', '3'],
  ['allowance', '04', '4'],
] as const

test.for(TABLE)('%s is %s at the bureau, and %s at Nuonuo', ([reason, bureau, nuonuo]) => {
  expect(RED_REASON_CODES.bureau[reason]).toBe(bureau)
  expect(RED_REASON_CODES.aisino[reason]).toBe(bureau)
  expect(RED_REASON_CODES.fapiao_com[reason]).toBe(bureau)
  expect(RED_REASON_CODES.nuonuo[reason]).toBe(nuonuo)
  expect(readRedReason('bureau', bureau)).toBe(reason)
  expect(readRedReason('nuonuo', nuonuo)).toBe(reason)
})

test('every reason stands in the table once', () => {
  expect(TABLE.map(([reason]) => reason).toSorted()).toEqual([...RED_REASONS].toSorted())
  for (const codes of Object.values(RED_REASON_CODES)) {
    expect(new Set(Object.values(codes)).size).toBe(RED_REASONS.length)
  }
})

test("one issuer's code is not another's: 1 means nothing to the bureau", () => {
  expect(readRedReason('bureau', '1')).toBeNull()
  expect(readRedReason('nuonuo', '01')).toBeNull()
})
