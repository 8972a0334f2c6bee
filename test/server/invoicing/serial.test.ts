import { expect, test } from 'vitest'
import { v7 } from '../../../server/database/ids.ts'
import { serialOf } from '../../../server/invoicing/sending.store.ts'

test('a sending has the same serial for ever, and no other has it', () => {
  const ids = Array.from({ length: 2_000 }, () => v7())
  const serials = ids.flatMap((id) => [serialOf(id, 0), serialOf(id, 1)])

  expect(new Set(serials).size).toBe(serials.length)
  expect(ids.flatMap((id) => [serialOf(id, 0), serialOf(id, 1)])).toEqual(serials)
})

test('a serial fits every issuer and sorts by time', () => {
  const [early, late] = ['2026-01-01T00:00:00Z', '2026-12-31T00:00:00Z'].map((at) =>
    serialOf(v7(new Date(at)), 0),
  )

  expect(early).toMatch(/^FS[0-9A-Z]{18}$/)
  expect(`${early}` < `${late}`).toBe(true)
  expect(serialOf('ffffffff-ffff-4fff-bfff-ffffffffffff', 0)).toMatch(/^FS[0-9A-Z]{18}$/)
})
