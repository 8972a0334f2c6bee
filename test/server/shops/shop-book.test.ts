import { expect, test } from 'vitest'
import { createShopBook } from '../../../server/shops/shop-book.ts'

function openBook() {
  const state = { now: 0, readings: 0, isBroken: false }
  const book = createShopBook({
    now: () => new Date(state.now),
    async readShopsOf() {
      state.readings += 1
      if (state.isBroken) throw new Error('no database')
      return []
    },
    readShopByCode: async () => null,
  })
  return { book, state }
}

test('a setting that changed is seen after five seconds, and not asked for in between', async () => {
  const { book, state } = openBook()
  await Promise.all([book.findShopsOf('a'), book.findShopsOf('a'), book.findShop('a', 'x')])
  expect(state.readings).toBe(1)

  state.now = 5_000
  await book.findShopsOf('a')

  expect(state.readings).toBe(2)
})

test('a failed reading is tried again at once', async () => {
  const { book, state } = openBook()
  state.isBroken = true
  await expect(book.findShopsOf('a')).rejects.toThrow('no database')
  state.isBroken = false

  expect(await book.findShopsOf('a')).toEqual([])
})
