/**
 * What importing a key does not check (RFC 8725 §3.4): RSA with e = 1, moduli made by a broken generator,
 * curve points of tiny order.
 */

const RSA_BITS = { min: 2048, max: 4096 } // above 4096 a verification costs more than a stranger may spend
const E_MIN = 65_537n
const E_MAX = 2n ** 32n

const SMALL_PRIMES = [
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

/** Why an RSA public key must not be trusted, or null. */
export function findRsaWeakness(n: Uint8Array, e: Uint8Array): 'n' | 'e' | null {
  const modulus = toBigInt(n)
  const exponent = toBigInt(e)
  const bits = modulus.toString(2).length

  if (bits < RSA_BITS.min || bits > RSA_BITS.max || modulus % 2n === 0n) return 'n'
  if (SMALL_PRIMES.some((prime) => modulus % prime === 0n) || isRocaModulus(modulus)) return 'n'
  if (exponent < E_MIN || exponent > E_MAX || exponent % 2n === 0n) return 'e'
  return null
}

/**
 * Infineon's generator (CVE-2017-15361) made primes that are powers of 65537 modulo every small prime, and
 * so are their products. A sound modulus passes for one by chance less than once in 2^100.
 */
function isRocaModulus(modulus: bigint): boolean {
  return SMALL_PRIMES.every((prime) => powersOf65537(prime).has(modulus % prime))
}

function powersOf65537(prime: bigint): ReadonlySet<bigint> {
  const powers = new Set<bigint>()
  for (let power = 1n; !powers.has(power); power = (power * 65_537n) % prime) powers.add(power)
  return powers
}

const P_25519 = 2n ** 255n - 19n

/** y of the eight points whose order divides 8. Where a library lets them in, anyone can sign under them. */
const SMALL_ORDER_Y: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  P_25519 - 1n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
])

/** Whether 32 bytes are an Ed25519 key of tiny order, or a second spelling of another key. */
export function isWeakEd25519(x: Uint8Array): boolean {
  const littleEndian = toBigInt(Uint8Array.from(x).reverse())
  const y = littleEndian & (2n ** 255n - 1n) // the top bit is the sign of x
  return y >= P_25519 || SMALL_ORDER_Y.has(y)
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x0${Buffer.from(bytes).toString('hex')}`)
}
