import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { Window } from 'happy-dom'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { v7 } from '../../server/database/ids.ts'
import { HOST_ORIGIN, openTestApp, type TestApp } from '../support/app.ts'

const GOOD = ['https://shop.example', 'http://localhost:8788', 'https://xn--fsqu00a.cn', 'https://[::1]:8443']
const HOSTILE = [
  '*',
  'null',
  "'self'",
  "'unsafe-inline'",
  'https:',
  'data:',
  'javascript:alert(1)',
  'https://*.example',
  'https://a.example;script-src *',
  'https://a.example https://b.example',
  'https://a.example,https://b.example',
  'https://a.example\r\nset-cookie: a=b',
  'https://a.example/path',
  'https://a.example?query',
  'https://user:password@a.example',
  'HTTPS://A.EXAMPLE',
  'https://a.example:443',
  'https://例子.cn',
  'ftp://a.example',
  '',
]
/** Each breaks out of something: a script, an attribute, a comment, a template, a replacement text. */
const NAMES = [
  '</script><script>alert(1)</script>',
  `"><img src=x onerror=alert(1)>`,
  `' onload='alert(1)`,
  '--><svg onload=alert(1)>',
  '<!--fapiao-shop-->',
  '&quot;&#34;&lt;',
  "$& $' $` $1 $$",
  '{{1}} \u2028 \\u003c',
]

const SURFACES = ['/i', '/sidebar', '/embed'] as const

let stage: TestApp

beforeAll(async () => {
  stage = await openTestApp()
  const shops = NAMES.map((name, at) => ({ code: `name-${at}`, name, allowedOrigins: [] as string[] }))
  const others = [
    { code: 'good', name: '好店', allowedOrigins: GOOD },
    { code: 'mixed', name: '好坏', allowedOrigins: [...HOSTILE, ...GOOD] },
    { code: 'hostile', name: '坏店', allowedOrigins: HOSTILE },
  ]
  for (const shop of [...shops, ...others]) {
    await stage.database.shop.create({ data: { id: v7(), merchantId: stage.a.id, platform: 'own', ...shop } })
  }
})

afterAll(() => stage.close())

const get = (url: string) => stage.app.inject(url)

async function ancestorsOf(path: string): Promise<string | undefined> {
  const policy = String((await get(path)).headers['content-security-policy'])
  return /frame-ancestors ([^;]*)/.exec(policy)?.[1]
}

describe('who may frame a page', () => {
  test('is the list of its shop, and for the phone page nobody', async () => {
    expect(await ancestorsOf('/sidebar/good')).toBe(GOOD.join(' '))
    expect(await ancestorsOf('/embed/good')).toBe(GOOD.join(' '))
    expect(await ancestorsOf('/i/good')).toBe("'none'")
    expect(await ancestorsOf('/embed/a-tm')).toContain(HOST_ORIGIN)
  })

  test('is nobody that is not written exactly as a browser writes an origin', async () => {
    expect(await ancestorsOf('/embed/mixed')).toBe(GOOD.join(' '))
    expect(await ancestorsOf('/embed/hostile')).toBe("'none'")
    const { headers } = await get('/embed/hostile')
    expect(headers).not.toHaveProperty('set-cookie')
  })
})

describe('a page', () => {
  test.for(SURFACES)('%s runs only our own files', async (path) => {
    const { statusCode, headers } = await get(`${path}/good`)
    const policy = new Map(
      String(headers['content-security-policy'])
        .split('; ')
        .map((rule) => [rule.split(' ', 1)[0], rule.slice(rule.indexOf(' ') + 1)]),
    )
    expect(statusCode).toBe(200)
    expect(Object.fromEntries(policy)).toMatchObject({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'connect-src': "'self'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'require-trusted-types-for': "'script'",
    })
    expect(JSON.stringify([...policy])).not.toMatch(/unsafe|\*|https?:\/\/[^ ]*a\.example/)
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    })
    expect(headers).not.toHaveProperty('set-cookie')
  })

  test.for(NAMES.map((name, at) => [name, at] as const))(
    'keeps the name %j in one attribute',
    async ([name, at]) => {
      for (const path of SURFACES) {
        const { body } = await get(`${path}/name-${at}`)
        const { document } = new Window({ settings: { disableJavaScriptEvaluation: true } })
        document.write(body)
        const plain = readFileSync(builtPage(path), 'utf8')

        const content = document.querySelector('meta[name="fapiao-shop"]')?.getAttribute('content') ?? ''
        expect(JSON.parse(content)).toMatchObject({ name, code: `name-${at}` })
        expect(document.querySelectorAll('meta[name="fapiao-shop"]')).toHaveLength(1)
        // Apart from the one element the page is the built one, to the byte.
        expect(body.replace(/<meta name="fapiao-shop"[^>]*>/, () => '<!--fapiao-shop-->')).toBe(plain)
      }
    },
  )

  test('tells nothing of a shop but what everybody may know', async () => {
    const { body } = await get('/i/a-tm')
    const [, content = ''] = /<meta name="fapiao-shop" content="([^"]*)">/.exec(body) ?? []
    expect(Object.keys(JSON.parse(content.replaceAll('&quot;', '"'))).sort()).toEqual(
      ['accent', 'allowedOrigins', 'code', 'isDemo', 'logoUrl', 'merchantName', 'name'].sort(),
    )
    expect(body).not.toContain(stage.a.id)
  })

  test('of no shop, or of a code that cannot be one, is a refusal', async () => {
    const codes = await Promise.all(
      ['nowhere', 'A-TM', '..%2fa-tm', '%00', 'a'.repeat(40), '__proto__', '%3Cscript%3E'].flatMap((shop) =>
        SURFACES.map(async (path) => {
          const reply = await get(`${path}/${shop}`)
          expect(reply.headers['content-type']).toContain('application/problem+json')
          return reply.statusCode
        }),
      ),
    )
    expect(codes.filter((code) => code !== 404 && code !== 422)).toEqual([])
  })
})

const builtPage = (path: string) => {
  const file = { '/i': 'h5.html', '/sidebar': 'sidebar.html', '/embed': 'embed.html' }[path]
  return join(import.meta.dirname, '../../dist/widget', file ?? '')
}

describe('what pages load', () => {
  test('the loader opens in any page of the world, is checked again, and can be pinned', async () => {
    for (const path of ['/embed.js', '/v1/embed.js']) {
      const { headers, rawPayload } = await get(path)
      const hash = createHash('sha384').update(rawPayload).digest('base64')
      expect(headers).toMatchObject({
        'content-type': 'text/javascript; charset=utf-8',
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
        'x-content-type-options': 'nosniff',
        'x-integrity': `sha384-${hash}`,
      })
      expect(String(headers['cache-control'])).toMatch(/^public, max-age=\d{1,4}$/)
      expect(headers).not.toHaveProperty('set-cookie')
    }
  })

  test('files named by their content are kept for a year, packed where the browser unpacks', async () => {
    const [, script = ''] = /src="(\/assets\/[^"]+\.js)"/.exec((await get('/i/a-tm')).body) ?? []
    const { statusCode, headers } = await stage.app.inject({
      url: script,
      headers: { 'accept-encoding': 'br, gzip' },
    })
    expect(statusCode).toBe(200)
    expect(headers).toMatchObject({
      'content-encoding': 'br',
      'cache-control': 'public, max-age=31536000, immutable',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
    })
    expect(String(headers['content-type'])).toMatch(/javascript/)
  })

  test('nothing beside the assets can be read', async () => {
    const statuses = await Promise.all(
      [
        '/assets/nothing.js',
        '/assets/',
        '/assets/..%2fh5.html',
        '/assets/..%2f..%2f..%2fpackage.json',
        '/assets/%2e%2e/%2e%2e/.made-from',
        '/assets/.made-from',
        '/assets/%00',
        '/assets//etc/passwd',
      ].map(async (path) => [path, (await get(path)).json().status] as const),
    )
    expect(statuses.filter(([, status]) => status < 400 || status > 499)).toEqual([])
    expect((await get('/assets/nothing.js')).json().code).toBe('route_not_found')
    expect((await stage.app.inject({ method: 'POST', url: '/assets/x.js' })).json().code).toBe(
      'method_not_allowed',
    )
  })
})

describe('bytes that are no HTTP', () => {
  let port: number
  beforeAll(async () => {
    const address = await stage.app.listen({ host: '127.0.0.1', port: 0 })
    port = Number(new URL(address).port)
  })

  /** What the server says to raw bytes until it closes. */
  const say = (bytes: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port })
      let heard = ''
      socket.on('data', (part) => {
        heard += part.toString('latin1')
      })
      socket.on('close', () => resolve(heard))
      socket.on('error', (error) => (heard === '' ? reject(error) : resolve(heard)))
      socket.write(bytes)
    })

  test.for([
    ['noise', '\x16\x03\x01\x02\x00 hello\r\n\r\n', 400],
    [
      'two lengths',
      'POST /v1/orders HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx',
      400,
    ],
    [
      'a length and chunks',
      'POST /v1/orders HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a header without end', `GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`, 413],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nhost: a\r\nx: a\0b\r\n\r\n', 400],
  ] as const)('%s is refused without a word about the inside', async ([, bytes, status]) => {
    const heard = await say(bytes)
    expect(heard).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(heard).not.toMatch(/at \w+ \(|node:|\/server\//)
    expect(heard).toContain('application/problem+json')
  })

  test('ten megabytes are refused before they are read', async () => {
    const head = 'POST /v1/tickets HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n'
    const heard = await say(`${head}content-length: 10000000\r\nconnection: close\r\n\r\n${'x'.repeat(100)}`)
    expect(heard).toMatch(/^HTTP\/1\.1 (401|413) /)
    expect(heard).toContain('application/problem+json')
  })
})
