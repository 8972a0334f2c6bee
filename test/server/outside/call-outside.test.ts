import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createCallOutside, type OutsideOptions } from '../../../server/outside/call-outside.ts'

/** Threat 13: nothing that a merchant enters makes the server connect to its own network. */

const TLS = join(import.meta.dirname, '../../fixtures/tls')
const cert = readFileSync(join(TLS, 'hooks.test.cert.pem'), 'utf8')

let answer: http.RequestListener
let connections = 0
let secure: https.Server
let plain: http.Server
let port = 0
let plainPort = 0

const listen = async (server: http.Server | https.Server): Promise<number> => {
  server.on('connection', () => {
    connections += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

beforeAll(async () => {
  const key = readFileSync(join(TLS, 'hooks.test.key.pem'), 'utf8')
  secure = https.createServer({ key, cert }, (request, reply) => answer(request, reply))
  plain = http.createServer((request, reply) => answer(request, reply))
  port = await listen(secure)
  plainPort = await listen(plain)
})
afterAll(async () => {
  for (const server of [secure, plain]) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})
beforeEach(() => {
  connections = 0
  answer = (_, reply) => reply.end('{}')
})

const at = (...addresses: string[]) =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

/** The guard as it is used, but that ports of this test are open and names are answered here. */
function callWith(options: Partial<OutsideOptions> = {}) {
  const asked: string[] = []
  const call = createCallOutside({
    ports: [443, port, plainPort],
    privateHosts: [],
    ca: cert,
    lookup: async (host) => {
      asked.push(host)
      return at('127.0.0.1')
    },
    ...options,
  })
  return {
    asked,
    get: (url: string, signal?: AbortSignal) => call({ method: 'GET', url, ...(signal && { signal }) }),
  }
}

const named = () => ({ privateHosts: [`hooks.test:${port}`, `127.0.0.1:${plainPort}`] })

describe('an address that is odd', () => {
  test.for([
    ['http://hooks.test/', 'scheme_refused'],
    ['ftp://hooks.test/', 'scheme_refused'],
    ['file:///etc/passwd', 'not_a_url'],
    ['gopher://hooks.test:70/_x', 'scheme_refused'],
    ['javascript:alert(1)', 'not_a_url'],
    ['https:///', 'not_a_url'],
    ['//hooks.test/', 'not_a_url'],
    ['hooks.test', 'not_a_url'],
    ['', 'not_a_url'],
    ['https://user:word@hooks.test/', 'user_info_refused'],
    ['https://@hooks.test/', 'user_info_refused'],
    ['https://public.example@127.0.0.1/', 'user_info_refused'],
    ['https:user@hooks.test/', 'user_info_refused'],
    ['https://public.example#@127.0.0.1/', 'fragment_refused'],
    ['https://public.example\\@127.0.0.1/', 'odd_characters'],
    ['https://hooks.test/\r\nHost: other', 'odd_characters'],
    ['https://hooks.test/a b', 'odd_characters'],
    [' https://hooks.test/', 'odd_characters'],
    ['https://hooks.test/\u0000', 'odd_characters'],
    ['https://①②⑦.⓪.⓪.①/', 'odd_characters'],
    ['https://hooks。test/', 'odd_characters'],
    ['https://hooks.test:22/', 'port_refused'],
    ['https://hooks.test:0/', 'port_refused'],
    ['https://hooks.test:99999/', 'not_a_url'],
    [`https://hooks.test/${'a'.repeat(2_048)}`, 'too_long'],
  ] as const)('%j is refused before any name is looked up', async ([url, reason]) => {
    const { asked, get } = callWith()
    expect(await get(url)).toEqual({ kind: 'refused', reason })
    expect([asked, connections]).toEqual([[], 0])
  })

  test.for([
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '0x7f.1',
    '0x7f000001',
    '2130706433',
    '017700000001',
    '0177.0.0.1',
    '%31%32%37.0.0.1',
    '0',
    '0.0.0.0',
    '127.0.0.1.',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[fe80::1]',
    '[fd00::1]',
    '[ff02::1]',
    '[2002:7f00:1::]',
    '[2001:db8::1]',
    '[2001::1]',
    '[3fff::1]',
    '10.0.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '255.255.255.255',
    '240.0.0.1',
  ])('%s stands for a private address and is refused', async (host) => {
    const { asked, get } = callWith()
    expect(await get(`https://${host}:${port}/`)).toEqual({ kind: 'refused', reason: 'address_refused' })
    expect([asked, connections]).toEqual([[], 0])
  })
})

describe('a name', () => {
  test.for([
    ['a loopback address', at('127.0.0.1')],
    ['its own host in IPv6', at('::1')],
    ['the address of a cloud metadata service', at('169.254.169.254')],
    ['a mapped address', at('::ffff:10.0.0.1')],
    ['an old compatible address', at('::127.0.0.1')],
    ['an address behind NAT64', at('64:ff9b::a00:1')],
    ['a public address first and a private one after it', at('93.184.215.14', '127.0.0.1')],
    ['a private address first and a public one after it', at('10.1.2.3', '93.184.215.14')],
    ['a public address and a private one of the other family', at('93.184.215.14', 'fd00::1')],
    ['a link-local address with a zone', at('fe80::1%eth0')],
  ] as const)('that answers %s is refused as a whole', async ([, addresses]) => {
    const { get } = callWith({ lookup: async () => addresses })
    expect(await get(`https://hooks.test:${port}/`)).toEqual({ kind: 'refused', reason: 'address_refused' })
    expect(connections).toBe(0)
  })

  test.for([
    ['nothing', []],
    ['what is no address', at('localhost')],
  ] as const)('that answers %s is unknown', async ([, addresses]) => {
    const { get } = callWith({ lookup: async () => addresses })
    expect(await get(`https://hooks.test:${port}/`)).toEqual({ kind: 'refused', reason: 'name_unknown' })
  })

  test('is asked for once a call, and what it would answer next is not connected to', async () => {
    const answers = [at('127.0.0.1'), at('127.0.0.2')]
    let asked = 0
    const { get } = callWith({ ...named(), lookup: async () => answers[asked++] ?? [] })
    answer = (request, reply) => reply.end(request.socket.localAddress)

    const outcome = await get(`https://hooks.test:${port}/`)

    expect(outcome.kind === 'answered' && Buffer.from(outcome.body).toString()).toBe('127.0.0.1')
    expect(asked).toBe(1)
  })

  test('that answered a public address yesterday is judged again today', async () => {
    const answers = [[], at('127.0.0.1')]
    const { get } = callWith({ lookup: async () => answers.shift() ?? [] })
    await get(`https://hooks.test:${port}/`)
    expect(await get(`https://hooks.test:${port}/`)).toEqual({ kind: 'refused', reason: 'address_refused' })
    expect(connections).toBe(0)
  })

  test('must be the one in the certificate', async () => {
    const { get } = callWith({ privateHosts: [`other.example:${port}`] })
    expect(await get(`https://other.example:${port}/`)).toEqual({ kind: 'unanswered', cause: 'connection' })
  })

  test('of the own network is called where the operator named it with its port, and only there', async () => {
    const { get } = callWith(named())
    expect(await get(`https://hooks.test:${port}/`)).toMatchObject({ kind: 'answered', status: 200 })
    expect(await get(`http://127.0.0.1:${plainPort}/`)).toMatchObject({ kind: 'answered', status: 200 })
    const before = connections
    expect(await get(`https://127.0.0.1:${port}/`)).toMatchObject({ kind: 'refused' })
    expect(await get(`http://hooks.test:${plainPort}/`)).toMatchObject({ kind: 'refused' })
    expect(connections).toBe(before)
  })
})

describe('an answer', () => {
  test('that points elsewhere is not followed', async () => {
    answer = (_, reply) => reply.writeHead(302, { location: `http://127.0.0.1:${plainPort}/` }).end()
    const { get } = callWith({ privateHosts: [`hooks.test:${port}`] })
    expect(await get(`https://hooks.test:${port}/`)).toMatchObject({ kind: 'answered', status: 302 })
    expect(connections).toBe(1)
  })

  test('of more than 64 KiB is not read to its end', async () => {
    answer = (_, reply) => {
      const more = () => reply.write('x'.repeat(32_768), () => reply.destroyed || more())
      more()
    }
    const { get } = callWith(named())
    expect(await get(`https://hooks.test:${port}/`)).toEqual({
      kind: 'unanswered',
      cause: 'answer_too_large',
    })
  })

  test('is not unpacked: a bomb stays as small as it came', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000))
    answer = (_, reply) => reply.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)
    const { get } = callWith(named())
    const outcome = await get(`https://hooks.test:${port}/`)
    expect(outcome.kind === 'answered' && outcome.body.byteLength).toBe(bomb.byteLength)
  })

  test('that drips for ever ends at the deadline of the whole call', async () => {
    answer = (_, reply) => {
      const drip = setInterval(() => reply.write(' '), 20)
      reply.on('close', () => clearInterval(drip))
    }
    const { get } = callWith({ ...named(), totalMs: 300 })
    expect(await get(`https://hooks.test:${port}/`)).toEqual({ kind: 'unanswered', cause: 'deadline' })
  })

  test('that the name server owes us ends at the deadline of the connection', async () => {
    const { get } = callWith({ lookup: () => new Promise(() => undefined), connectMs: 50 })
    expect(await get(`https://hooks.test:${port}/`)).toEqual({
      kind: 'unanswered',
      cause: 'connect_deadline',
    })
  })

  test('nobody waits for any more is cut off', async () => {
    const giveUp = new AbortController()
    answer = () => giveUp.abort()
    const { get } = callWith(named())
    expect(await get(`https://hooks.test:${port}/`, giveUp.signal)).toEqual({
      kind: 'unanswered',
      cause: 'aborted',
    })
    expect(await get(`https://hooks.test:${port}/`, AbortSignal.abort())).toMatchObject({ cause: 'aborted' })
    expect(connections).toBe(1)
  })

  test.for([
    ['120', 120_000],
    ['999999999', 86_400_000],
    ['Mon, 30 Nov 2026 00:01:00 GMT', 60_000],
    ['Sun, 29 Nov 2026 00:00:00 GMT', 0],
    ['soon', null],
    ['-5', null],
    ['1e3', null],
  ] as const)('may say Retry-After: %s', async ([value, retryAfterMs]) => {
    answer = (_, reply) => reply.writeHead(503, { 'retry-after': value }).end()
    const { get } = callWith({ ...named(), now: () => new Date('2026-11-30T00:00:00Z') })
    expect(await get(`https://hooks.test:${port}/`)).toMatchObject({ status: 503, retryAfterMs })
  })
})
