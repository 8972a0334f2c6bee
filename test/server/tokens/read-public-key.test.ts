import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Problem } from '../../../server/contract/problem.ts'
import { makeKeyPair } from '../../../server/tokens/make-key.ts'
import { readPublicKey } from '../../../server/tokens/read-public-key.ts'
import { createSharedSecret, readSharedSecret } from '../../../server/tokens/shared-secret.ts'
import { pemOf } from './token-desk.ts'

const jwkOf = (key: { export(options: { format: 'jwk' }): unknown }) => key.export({ format: 'jwk' })
const base64url = (hex: string) => Buffer.from(hex, 'hex').toString('base64url')
const bigToBase64url = (value: bigint) => {
  const hex = value.toString(16)
  return base64url(hex.padStart(hex.length + (hex.length % 2), '0'))
}

function faultOf(read: () => unknown): string {
  try {
    read()
  } catch (error) {
    if (error instanceof Problem) return `${error.code} ${error.field} ${error.facts.reason}`
    throw error
  }
  return 'accepted'
}

const P = 2n ** 255n - 19n
const mod = (value: bigint) => ((value % P) + P) % P
const power = (base: bigint, exponent: bigint): bigint => {
  if (exponent === 0n) return 1n
  const root = power(mod(base * base), exponent / 2n)
  return exponent % 2n === 1n ? mod(root * base) : root
}
const over = (a: bigint, b: bigint) => mod(a * power(mod(b), P - 2n))
const D = over(-121_665n, 121_666n)

/** y of twice a point of edwards25519, by its y alone (RFC 8032 §5.1.4, with x² from the curve equation). */
function doubled(y: bigint): bigint {
  const yy = mod(y * y)
  const xx = over(yy - 1n, D * yy + 1n)
  return over(yy + xx, 1n - D * xx * yy)
}

const ed25519 = await makeKeyPair('EdDSA')
const p256 = await makeKeyPair('ES256')
const rsa = await makeKeyPair('RS256')

describe('a merchant registers a public key', () => {
  test.for([ed25519, p256, rsa])('as JWK or as PEM, $algorithm', async ({ algorithm, publicJwk }) => {
    const read = { algorithm, publicJwk }
    expect(readPublicKey({ ...publicJwk })).toEqual(read)
    expect(readPublicKey({ ...publicJwk, alg: algorithm, use: 'sig', key_ops: ['verify'] })).toEqual(read)
    expect(readPublicKey(await pemOf(read))).toEqual(read)
  })

  test('as the older PEM of RSA keys', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = publicKey.export({ format: 'pem', type: 'pkcs1' }).toString()
    expect(readPublicKey(pem).publicJwk).toEqual(jwkOf(publicKey))
  })

  test('and only its numbers are kept', () => {
    const extra = { ...ed25519.publicJwk, kid: '../x', x5u: 'https://evil.example', note: 'hello' }
    expect(readPublicKey(extra).publicJwk).toEqual(ed25519.publicJwk)
  })
})

describe('private or shared material is refused', () => {
  test.for([ed25519, p256, rsa])('a private JWK, $algorithm', ({ privateJwk }) => {
    expect(faultOf(() => readPublicKey(privateJwk))).toBe('request_invalid /publicKey/d private_material')
  })

  test.for(['ed25519', 'ec', 'rsa'] as const)('a private PEM, %s', (kind) => {
    const { privateKey } =
      kind === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : kind === 'ec'
          ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
          : generateKeyPairSync('ed25519')
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
    expect(faultOf(() => readPublicKey(pem))).toBe('request_invalid /publicKey private_material')
  })

  test('a shared secret, also as a member of another key', () => {
    const k = createSharedSecret()
    expect(faultOf(() => readPublicKey({ kty: 'oct', k }))).toContain('/publicKey/k private_material')
    expect(faultOf(() => readPublicKey({ ...rsa.publicJwk, k }))).toContain('/publicKey/k private_material')
    expect(faultOf(() => readPublicKey({ kty: 'oct' }))).toContain('/publicKey/kty kind_not_accepted')
  })
})

describe('weak or broken numbers are refused', () => {
  const rsaOf = (bits: number) =>
    jwkOf(generateKeyPairSync('rsa', { modulusLength: bits }).publicKey) as Record<string, unknown>

  test('RSA below 2048 bits', () => {
    expect(faultOf(() => readPublicKey(rsaOf(1024)))).toBe('request_invalid /publicKey/n weak')
  })

  test('RSA of 2047 bits and above 4096', () => {
    const odd = 2n ** 2046n + 1n
    const jwk = { kty: 'RSA', e: 'AQAB' }
    expect(faultOf(() => readPublicKey({ ...jwk, n: bigToBase64url(odd) }))).toContain('/publicKey/n weak')
    const huge = `${'f'.repeat(1024)}${randomBytes(600).toString('hex')}ff`
    expect(faultOf(() => readPublicKey({ ...jwk, n: base64url(huge) }))).toContain('/publicKey/n weak')
  })

  test.for([
    ['1', 'AQ'],
    ['3', 'Aw'],
    ['65536, even', 'AQAA'],
    ['65535', '__8'],
    ['2^32 + 1', 'AQAAAAE'],
  ])('RSA with e = %s', ([, e]) => {
    expect(faultOf(() => readPublicKey({ ...rsa.publicJwk, e }))).toBe('request_invalid /publicKey/e weak')
  })

  test('RSA with an even modulus or a small factor', () => {
    const sound = BigInt(
      `0x${Buffer.from(String(Reflect.get(rsa.publicJwk, 'n')), 'base64url').toString('hex')}`,
    )
    const oddMultipleOf = (prime: bigint) => {
      const below = sound - (sound % prime)
      return below % 2n === 1n ? below : below - prime
    }
    for (const n of [sound - 1n, oddMultipleOf(3n), oddMultipleOf(101n), oddMultipleOf(167n)]) {
      expect(faultOf(() => readPublicKey({ ...rsa.publicJwk, n: bigToBase64url(n) }))).toContain('/n weak')
    }
  })

  test('RSA with a modulus of the broken generator of 2017', () => {
    const primes = [
      2n,
      3n,
      5n,
      7n,
      11n,
      13n,
      17n,
      19n,
      23n,
      29n,
      31n,
      37n,
      41n,
      43n,
      47n,
      53n,
      59n,
      61n,
      67n,
      71n,
      73n,
      79n,
      83n,
      89n,
      97n,
      101n,
      103n,
      107n,
      109n,
      113n,
      127n,
      131n,
      137n,
      139n,
      149n,
      151n,
      157n,
      163n,
      167n,
    ]
    const primorial = primes.reduce((product, prime) => product * prime, 1n)
    const power = 65_537n ** 12_345n % primorial
    const n = ((2n ** 2047n + 2n ** 2040n) / primorial) * primorial + power
    expect(faultOf(() => readPublicKey({ ...rsa.publicJwk, n: bigToBase64url(n) }))).toContain('/n weak')

    // The same number but for its remainder by 11, where the powers of 65537 are 1 and 10: it passes.
    const step = (primorial / 11n) * 2n
    const moved = Array.from({ length: 11 }, (_, times) => n + step * BigInt(times))
    const passing = moved.filter((sum) => sum % 11n === 2n)
    expect(passing).toHaveLength(1)
    for (const sum of passing) {
      expect(faultOf(() => readPublicKey({ ...rsa.publicJwk, n: bigToBase64url(sum) }))).toBe('accepted')
    }
  })

  test('a P-256 key that is no point of the curve', () => {
    const y = Buffer.from(String(Reflect.get(p256.publicJwk, 'y')), 'base64url')
    y.writeUInt8(y.readUInt8(31) ^ 1, 31)
    const bent = { ...p256.publicJwk, y: y.toString('base64url') }
    expect(faultOf(() => readPublicKey(bent))).toBe('request_invalid /publicKey/x not_a_point')
  })

  const tiny = [
    `01${'00'.repeat(31)}`,
    '00'.repeat(32),
    `ec${'ff'.repeat(30)}7f`,
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  ]
  test.for(tiny)('an Ed25519 key of tiny order: %s', (hex) => {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: base64url(hex) }
    const y = BigInt(`0x${Buffer.from(hex, 'hex').reverse().toString('hex')}`)

    expect(doubled(doubled(doubled(y)))).toBe(1n) // eight times the point is the neutral element
    expect(faultOf(() => readPublicKey(jwk))).toBe('request_invalid /publicKey/x weak')
    const signFlipped = Buffer.from(hex, 'hex')
    signFlipped.writeUInt8(signFlipped.readUInt8(31) ^ 0x80, 31)
    const twin = { ...jwk, x: signFlipped.toString('base64url') }
    expect(faultOf(() => readPublicKey(twin))).toBe('request_invalid /publicKey/x weak')
  })

  test('an Ed25519 key in a second spelling', () => {
    const x = base64url(`ee${'ff'.repeat(30)}7f`)
    expect(faultOf(() => readPublicKey({ kty: 'OKP', crv: 'Ed25519', x }))).toContain('/publicKey/x weak')
  })
})

describe('what is no signing key of ours is refused', () => {
  const x = Reflect.get(ed25519.publicJwk, 'x')
  test.for<[string, unknown, string]>([
    ['nothing', undefined, '/publicKey not_a_key'],
    ['null', null, '/publicKey not_a_key'],
    ['a list', [ed25519.publicJwk], '/publicKey not_a_key'],
    ['a text', 'hello', '/publicKey not_a_key'],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', '/publicKey not_a_key'],
    ['an empty PEM', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', '/publicKey not_a_key'],
    ['a huge PEM', `-----BEGIN PUBLIC KEY-----\n${'A'.repeat(9000)}`, '/publicKey not_a_key'],
    ['a missing kind', { crv: 'Ed25519', x }, '/publicKey/kty kind_not_accepted'],
    ['Ed448', { kty: 'OKP', crv: 'Ed448', x }, '/publicKey/crv curve_not_accepted'],
    ['X25519', { kty: 'OKP', crv: 'X25519', x }, '/publicKey/crv curve_not_accepted'],
    ['P-384', { ...p256.publicJwk, crv: 'P-384' }, '/publicKey/crv curve_not_accepted'],
    ['secp256k1', { ...p256.publicJwk, crv: 'secp256k1' }, '/publicKey/crv curve_not_accepted'],
    ['31 bytes', { ...ed25519.publicJwk, x: 'A'.repeat(42) }, '/publicKey/x length_wrong'],
    ['33 bytes', { ...ed25519.publicJwk, x: 'A'.repeat(44) }, '/publicKey/x length_wrong'],
    ['padding', { ...ed25519.publicJwk, x: `${x}=` }, '/publicKey/x not_base64url'],
    ['a number that is a list', { ...rsa.publicJwk, e: ['AQAB'] }, '/publicKey/e not_base64url'],
    ['an empty modulus', { ...rsa.publicJwk, n: '' }, '/publicKey/n not_base64url'],
    ['a key for encryption', { ...rsa.publicJwk, use: 'enc' }, '/publicKey/use not_for_signatures'],
    ['a key that signs', { ...rsa.publicJwk, key_ops: ['sign'] }, '/publicKey/key_ops not_for_signatures'],
    ['another algorithm', { ...rsa.publicJwk, alg: 'PS256' }, '/publicKey/alg algorithm_differs'],
  ])('%s', ([, input, fault]) => {
    expect(faultOf(() => readPublicKey(input))).toContain(fault)
  })

  test('PEM of another curve', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp384r1' })
    const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString()
    expect(faultOf(() => readPublicKey(pem))).toBe('request_invalid /publicKey/crv curve_not_accepted')
  })
})

describe('a shared secret', () => {
  test('is made of 32 random bytes and accepted back', () => {
    const [one, other] = [createSharedSecret(), createSharedSecret()]
    expect(one).not.toBe(other)
    expect(readSharedSecret(one)).toEqual(Uint8Array.from(Buffer.from(one, 'base64url')))
    expect(readSharedSecret(one)).toHaveLength(32)
  })

  const encode = (text: string) => Buffer.from(text).toString('base64url')
  test.for<[string, unknown, string]>([
    ['nothing', undefined, 'not_base64url'],
    ['the empty text', '', 'length_wrong'],
    ['31 bytes', randomBytes(31).toString('base64url'), 'length_wrong'],
    ['129 bytes', randomBytes(129).toString('base64url'), 'length_wrong'],
    ['padding', `${createSharedSecret()}=`, 'not_base64url'],
    ['32 zeros', 'A'.repeat(43), 'not_random'],
    ['15 bytes over and over', Buffer.alloc(60, randomBytes(15)).toString('base64url'), 'not_random'],
    ['a passphrase', encode('a-string-secret-at-least-256-bits-long'), 'not_random'],
    [
      'the key of RFC 7515',
      'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
      'published',
    ],
    ['the key of RFC 7520', 'hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg', 'published'],
  ])('is refused when it is %s', ([, input, reason]) => {
    expect(faultOf(() => readSharedSecret(input))).toBe(`request_invalid /secret ${reason}`)
  })
})
