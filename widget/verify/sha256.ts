/** FIPS 180-4 §4.2.2: the first 32 bits of the cube roots of the first 64 primes, and of eight square roots. */
const PRIMES = firstPrimes(64)
const K = PRIMES.map((prime) => fraction(Math.cbrt(prime)))
const START = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)))

function firstPrimes(count: number): number[] {
  const primes: number[] = []
  for (let value = 2; primes.length < count; value += 1)
    if (primes.every((prime) => value % prime !== 0)) primes.push(value)
  return primes
}

function fraction(root: number): number {
  return Math.floor((root % 1) * 2 ** 32)
}

type Digest = (bytes: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>

/** The browser's own digest, which exists on https and localhost only. */
function ownDigest(): Digest | null {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle
  return subtle === undefined ? null : (bytes) => subtle.digest('SHA-256', bytes)
}

/**
 * SHA-256 as 64 hex digits, computed on this device. On a shop's plain-http address browsers keep their own
 * digest away, so there is one here: 50 times slower, and a file of 1 MB still takes less than a second.
 */
export async function sha256Hex(
  bytes: Uint8Array<ArrayBuffer>,
  digest: Digest | null = ownDigest(),
): Promise<string> {
  const hash = digest === null ? sha256(bytes) : new Uint8Array(await digest(bytes))
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function sha256(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29))
  view.setUint32(padded.length - 4, (bytes.length * 8) >>> 0)
  const state = Uint32Array.from(START)
  const words = new Uint32Array(64)
  for (let block = 0; block < padded.length; block += 64) {
    for (let at = 0; at < 16; at += 1) words[at] = view.getUint32(block + at * 4)
    compress(state, words)
  }
  const hash = new DataView(new ArrayBuffer(32))
  state.forEach((word, at) => {
    hash.setUint32(at * 4, word)
  })
  return new Uint8Array(hash.buffer)
}

const turned = (word: number, bits: number) => (word >>> bits) | (word << (32 - bits))

function compress(state: Uint32Array, w: Uint32Array): void {
  const word = (at: number) => w[at] ?? 0
  for (let at = 16; at < 64; at += 1) {
    const [near, far] = [word(at - 2), word(at - 15)]
    const s0 = turned(far, 7) ^ turned(far, 18) ^ (far >>> 3)
    const s1 = turned(near, 17) ^ turned(near, 19) ^ (near >>> 10)
    w[at] = word(at - 16) + s0 + word(at - 7) + s1
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (let at = 0; at < 64; at += 1) {
    const s1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (K[at] ?? 0) + word(at)) | 0
    const s0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0]
  }
  for (const [at, value] of [a, b, c, d, e, f, g, h].entries()) state[at] = (state[at] ?? 0) + value
}
