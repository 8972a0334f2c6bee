import { expect, test } from 'vitest'
import { PROBLEMS } from '../../server/contract/problems.ts'
import { SENTENCES } from '../../server/http/sentences.ts'
import { en } from '../../widget/i18n/en.ts'
import { zhProblems } from '../../widget/i18n/zh-problems.ts'
import { projectFiles, readSource } from './sources.ts'

const codes = Object.keys(PROBLEMS)

test('every code has a sentence for integrators, and no sentence is left over', () => {
  expect(Object.keys(SENTENCES).sort()).toEqual([...codes].sort())
  expect(Object.entries(SENTENCES).filter(([, text]) => !/^[A-Z].+\.$/.test(text))).toEqual([])
})

test.for([
  ['zh-CN', zhProblems, /[。！？]$/],
  ['en', en.problems, /[.!?]$/],
] as const)('every code has words for a person in %s', ([, words, end]) => {
  expect(Object.keys(words).sort()).toEqual([...codes].sort())
  expect(Object.entries(words).filter(([, text]) => !end.test(text) || text.length < 6)).toEqual([])
})

test('a code says what is wrong with what, and its status says whose fault it is', () => {
  expect(codes.filter((code) => !/^[a-z]+(_[a-z]+)*$/.test(code))).toEqual([])
  const wrong = Object.entries(PROBLEMS).filter(([, { status, source }]) =>
    status >= 500 ? source === 'client' : source === 'server',
  )
  expect(wrong).toEqual([])
})

/** Promised for what is to come: a code may not change later, so it stands from the start. */
const RESERVED = ['order_ambiguous', 'order_version_stale', 'ticket_not_found', 'issuer_unavailable']

test('every code is used by the server, or reserved by name', () => {
  const lists = ['server/contract/problems.ts', 'server/http/sentences.ts']
  const sources = projectFiles()
    .filter((file) => /^(server|widget\/title)\/.*\.ts$/.test(file) && !lists.includes(file))
    .map(readSource)
  const unused = codes.filter((code) => !sources.some((text) => text.includes(`'${code}'`)))
  expect(unused).toEqual(RESERVED)
})
