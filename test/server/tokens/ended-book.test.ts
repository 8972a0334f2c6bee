import { expect, test } from 'vitest'
import type { EndedMark } from '../../../server/tokens/ended.store.ts'
import { createEndedBook } from '../../../server/tokens/ended-book.ts'
import { NOW } from './token-desk.ts'

const session = { merchantId: 'merchant-a', sid: 'session-1', subject: 'agent-7', since: NOW }

function openBook(...marks: EndedMark[]) {
  const clock = { nowMs: NOW.getTime() }
  const reads: EndedMark[][] = []
  const answers = { marks, isDown: false }
  const book = createEndedBook({
    now: () => new Date(clock.nowMs),
    async readEnded() {
      if (answers.isDown) throw new Error('the database is away')
      reads.push([...answers.marks])
      return [...answers.marks]
    },
  })
  return { book, clock, reads, answers }
}

test.for([
  ['itself', 'session:session-1', {}],
  [
    'its link',
    'link:0190e000-0000-7000-8000-000000000001',
    { subject: 'link:0190e000-0000-7000-8000-000000000001' },
  ],
  ['the key that vouched for it', 'key:kid-1', { voucher: 'kid-1' }],
  ['its person', 'person:merchant-a:agent-7', {}],
] as const)('a session ends with %s', async ([, subject, changes]) => {
  const { book } = openBook({ subject, at: NOW })
  expect(await book.isEnded({ ...session, ...changes })).toBe(true)
})

test.for([
  ['another session', 'session:session-2', {}],
  [
    'another link',
    'link:0190e000-0000-7000-8000-000000000002',
    { subject: 'link:0190e000-0000-7000-8000-000000000001' },
  ],
  ['another key', 'key:kid-2', { voucher: 'kid-1' }],
  ['the same name at another merchant', 'person:merchant-b:agent-7', {}],
  ['what the person had open before', 'person:merchant-a:agent-7', { since: new Date(NOW.getTime() + 1000) }],
] as const)('a session does not end with %s', async ([, subject, changes]) => {
  const { book } = openBook({ subject, at: NOW })
  expect(await book.isEnded({ ...session, ...changes })).toBe(false)
})

test('a mark that nobody told about is seen after two seconds, and reads are shared until then', async () => {
  const { book, clock, reads, answers } = openBook()
  await Promise.all([book.isEnded(session), book.isEnded(session)])
  answers.marks.push({ subject: 'session:session-1', at: NOW })

  clock.nowMs += 1_999
  expect(await book.isEnded(session)).toBe(false)
  expect(reads).toHaveLength(1)
  clock.nowMs += 1
  expect(await book.isEnded(session)).toBe(true)
})

test('a mark that was told about is seen at once', async () => {
  const { book, answers } = openBook()
  await book.isEnded(session)
  answers.marks.push({ subject: 'session:session-1', at: NOW })
  book.forget()
  expect(await book.isEnded(session)).toBe(true)
})

test('while the database is away nobody is let in from memory', async () => {
  const { book, clock, answers } = openBook()
  await book.isEnded(session)
  answers.isDown = true
  clock.nowMs += 2_000
  await expect(book.isEnded(session)).rejects.toThrow('away')
  answers.isDown = false
  expect(await book.isEnded(session)).toBe(false)
})
