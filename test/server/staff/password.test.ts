import { argon2Sync } from 'node:crypto'
import { expect, test } from 'vitest'
import { hashPassword, isPassword } from '../../../server/staff/password.ts'

const CHEAP = { memoryKib: 64, passes: 1, lanes: 1 }

test('a password opens its own hash and no other does', async () => {
  const stored = await hashPassword('kaifa-piao-2026', CHEAP)

  expect(await isPassword('kaifa-piao-2026', stored)).toBe(true)
  for (const other of ['kaifa-piao-2027', 'Kaifa-piao-2026', 'kaifa-piao-2026 ', '']) {
    expect(await isPassword(other, stored), other).toBe(false)
  }
})

test('the hash is Argon2id in the PHC form, with a salt of its own each time', async () => {
  const [one, two] = [await hashPassword('same'), await hashPassword('same')]

  expect(one).toMatch(/^\$argon2id\$v=19\$m=47104,t=1,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  expect(one).not.toBe(two)
  const [, , , , salt = '', hash] = one.split('$')
  const parameters = { message: 'same', nonce: Buffer.from(salt, 'base64'), memory: 47_104, passes: 1 }
  const expected = argon2Sync('argon2id', { ...parameters, parallelism: 1, tagLength: 32 })
  expect(hash).toBe(expected.toString('base64').replace(/=+$/, ''))
})

test('two Unicode forms of one password are one password', async () => {
  const stored = await hashPassword('caf\u00e9', CHEAP)
  expect(await isPassword('cafe\u0301', stored)).toBe(true)
})

test('a hash made at another cost still opens', async () => {
  const stored = await hashPassword('old', { memoryKib: 128, passes: 3, lanes: 2 })
  expect(await isPassword('old', stored)).toBe(true)
})

test.for([
  '',
  'plain',
  '$argon2i$v=19$m=64,t=1,p=1$bm9ib2R5cyBzYWx0ISEhIQ$Xaujo7Kt0BMXx94NSpAuv1nFWbDdNd6Js3acjTqcVCw',
  '$argon2id$v=19$m=64,t=1,p=1$$',
])('a row somebody wrote by hand lets nobody in: %j', async (stored) => {
  await expect(isPassword('anything', stored)).rejects.toThrow('not readable')
})
