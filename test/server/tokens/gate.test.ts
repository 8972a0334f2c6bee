import { describe, expect, test } from 'vitest'
import { passGate } from '../../../server/tokens/gate.ts'
import { base64url, refusalOf } from './token-desk.ts'

const header = { alg: 'EdDSA', typ: 'launch+jwt', kid: 'key-1' }
const signature = base64url(new Uint8Array(64))
const tokenOf = (head: unknown, body: unknown = {}) =>
  [JSON.stringify(head), JSON.stringify(body)].map(base64url).concat(signature).join('.')
const withPayload = (bytes: string | Uint8Array) =>
  `${base64url(JSON.stringify(header))}.${base64url(bytes)}.${signature}`

describe('the gate before the library', () => {
  test('lets a well-formed token pass and reports its header without obeying it', () => {
    expect(passGate(tokenOf(header))).toEqual({ token: tokenOf(header), ...header })
  })

  test('takes 4096 bytes and refuses one more', async () => {
    const room = 4096 - withPayload('{}').length + 4
    const full = withPayload(`{"a":"${'x'.repeat(Math.floor((room * 3) / 4) - 9)}"}`)
    const padded = full.slice(0, -signature.length) + 'A'.repeat(signature.length + (4096 - full.length))

    expect(padded).toHaveLength(4096)
    expect(await refusalOf(() => passGate(padded))).not.toContain('too_long')
    expect(await refusalOf(() => passGate(`${padded}A`))).toBe('token_invalid: too_long')
  })

  test.for([
    ['nothing', undefined],
    ['null', null],
    ['a number', 17],
    ['a list of one token', [tokenOf(header)]],
    ['an object that prints as a token', { toString: () => tokenOf(header) }],
  ])('refuses %s, which is not a string', async ([, raw]) => {
    expect(await refusalOf(() => passGate(raw))).toBe('token_invalid: not_a_string')
  })

  const good = tokenOf(header)
  test.for([
    ['an empty text', '', 'not_three_parts'],
    ['two parts', good.split('.').slice(0, 2).join('.'), 'not_three_parts'],
    ['an empty signature', `${good.split('.').slice(0, 2).join('.')}.`, 'not_three_parts'],
    ['five parts (an encrypted token)', `${good}.AAAA.AAAA`, 'not_three_parts'],
    ['a leading space', ` ${good}`, 'not_three_parts'],
    ['a trailing line feed', `${good}\n`, 'not_three_parts'],
    ['white space inside', good.replace('.', '. '), 'not_three_parts'],
    ['padding', `${good}==`, 'not_three_parts'],
    ['the plain base64 alphabet', good.replace(/A$/, '+'), 'not_three_parts'],
    ['a full-width letter', `${good}Ａ`, 'not_three_parts'],
    ['spare bits in the signature', good.replace(/A$/, 'B'), 'not_canonical'],
    ['a part of one letter too many', `${good}AAA`, 'not_canonical'],
  ])('refuses %s', async ([, raw, reason]) => {
    expect(await refusalOf(() => passGate(raw))).toBe(`token_invalid: ${reason}`)
  })

  test.for([
    ['a byte order mark', '\uFEFF{}', 'not_an_object'],
    ['a leading space', ' {}', 'not_an_object'],
    ['a list', '[]', 'not_an_object'],
    ['a text', '"{}"', 'not_an_object'],
    ['null', 'null', 'not_an_object'],
    ['cut JSON', '{"a":', 'not_an_object'],
    ['two objects', '{}{}', 'not_an_object'],
    ['a single overlong byte', Uint8Array.of(0x7b, 0xc0, 0xaf, 0x7d), 'not_utf8'],
    ['an encoded surrogate', Uint8Array.of(0x7b, 0xed, 0xa0, 0x80, 0x7d), 'not_utf8'],
    ['UTF-16', Buffer.from('\uFEFF{}', 'utf16le'), 'not_utf8'],
  ] as const)('refuses a payload that is %s', async ([, bytes, reason]) => {
    expect(await refusalOf(() => passGate(withPayload(bytes)))).toBe(`token_invalid: ${reason}`)
  })

  test('refuses a header with a byte order mark', async () => {
    const raw = `${base64url(`\uFEFF${JSON.stringify(header)}`)}.${base64url('{}')}.${signature}`
    expect(await refusalOf(() => passGate(raw))).toBe('token_invalid: not_an_object')
  })

  test.for([
    ['a missing kid', undefined],
    ['an empty kid', ''],
    ['a kid in a list', ['key-1']],
    ['a number', 1],
    ['an object', { toString: 'key-1' }],
    ['a path', '../../etc/passwd'],
    ['a quote', "k' OR '1'='1"],
    ['a NUL', 'key\u0000'],
    ['a line feed at the end', 'key-1\n'],
    ['65 letters', 'k'.repeat(65)],
  ])('refuses %s as the key id', async ([, kid]) => {
    expect(await refusalOf(() => passGate(tokenOf({ ...header, kid })))).toBe('token_invalid: kid_wrong')
  })

  test.for([
    ['crit', ['exp'], 'crit_refused'],
    ['crit', [], 'crit_refused'],
    ['crit', null, 'crit_refused'],
    ['b64', false, 'b64_refused'],
    ['b64', true, 'b64_refused'],
  ] as const)('refuses a header with %s: %j', async ([member, value, reason]) => {
    const raw = tokenOf({ ...header, [member]: value })
    expect(await refusalOf(() => passGate(raw))).toBe(`token_invalid: ${reason}`)
  })
})
