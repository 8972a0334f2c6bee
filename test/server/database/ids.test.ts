import { expect, test } from 'vitest'
import { v7 } from '../../../server/database/ids.ts'

const NOW = new Date('2026-11-22T04:00:00.123Z')

test('ids are UUIDs of version 7 that carry the time', () => {
  const id = v7(NOW)
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(NOW.getTime())
})

test('ids of one instant keep the order in which they were made', () => {
  const made = Array.from({ length: 5_000 }, () => v7(NOW))
  const drops = made.filter((id, at) => at > 0 && id < String(made[at - 1]))
  expect(drops.length).toBeLessThanOrEqual(1) // the counter may start again once in a million
  expect(new Set(made).size).toBe(made.length)
})

test('a later instant comes behind every id of an earlier one', () => {
  const later = v7(new Date(NOW.getTime() + 1))
  expect(v7(NOW) < later).toBe(true)
})
