import http from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningBureau, startBureau } from '../../support/bureau.ts'
import { makeSending } from '../../support/sendings.ts'

let bureau: RunningBureau
beforeAll(async () => {
  bureau = await startBureau()
})
afterAll(() => bureau.stop())

const issue = async (payload: string) => {
  const reply = await fetch(`${bureau.baseUrl}/api/issue`, { method: 'POST', body: payload })
  return { status: reply.status, body: await reply.json() }
}

/** fetch does not let a test choose these headers. */
const statusWith = (headers: http.OutgoingHttpHeaders) =>
  new Promise<number | undefined>((resolve, reject) => {
    const request = http.request(
      `${bureau.baseUrl}/admin/offline`,
      { method: 'POST', headers },
      (response) => {
        response.resume()
        resolve(response.statusCode)
      },
    )
    request.on('error', reject).end('{}')
  })

test('a page of another site cannot turn the knobs, nor a name pointed at this machine', async () => {
  const { host } = new URL(bureau.baseUrl)

  expect(await statusWith({ origin: 'https://evil.example' })).toBe(403)
  expect(await statusWith({ origin: 'null' })).toBe(403)
  expect(await statusWith({ host: 'bureau.evil.example' })).toBe(421)
  expect(await bureau.get('/api/session')).toEqual({ state: 'online' })
  expect(await statusWith({ origin: `http://${host}` })).toBe(200)
  await bureau.admin('online')
})

test('a buyer named like a script is text on the page', async () => {
  await issue(makeSending().payload.replace('湖北示例科技有限公司', '<img src=x onerror=alert(1)>'))

  const reply = await fetch(bureau.baseUrl)
  const page = await reply.text()

  expect(page).not.toContain('<img')
  expect(page).toContain('&#60;img src=x onerror=alert(1)&#62;')
  expect(reply.headers.get('content-security-policy')).toContain("default-src 'none'")
})

test('a form of the page does its act and leads back to the page', async () => {
  const body = new URLSearchParams({ latency: '0-1' })

  const reply = await fetch(`${bureau.baseUrl}/admin/settings`, { method: 'POST', body, redirect: 'manual' })

  expect([reply.status, reply.headers.get('location')]).toEqual([303, '/'])
  expect(await bureau.get('/admin/state')).toMatchObject({ settings: { latency: { minMs: 0, maxMs: 1 } } })
})

test('a wrong sheet is refused with its code, and the refusal can be queried', async () => {
  const { serial, payload } = makeSending()

  const refused = await issue(payload.replace('"rateBp":1300', '"rateBp":1200'))

  expect(refused).toEqual({
    status: 200,
    body: { serial, state: 'rejected', code: 'E9143', message: '税率不在允许范围内（/lines/0/rateBp）' },
  })
  expect(await bureau.get(`/api/query?serial=${serial}`)).toEqual(refused.body)
})

test('the list of a channel gives at most three days, and everything in them', async () => {
  const { serial, payload } = makeSending('TM-LIST')
  await issue(payload)
  const day = (days: number) => encodeURIComponent(new Date(Date.now() + days * 86_400_000).toISOString())

  expect(await bureau.get(`/api/list?from=${day(-2)}&to=${day(0.5)}`)).toMatchObject({
    invoices: expect.arrayContaining([expect.objectContaining({ serial, orderNumbers: ['TM-LIST'] })]),
    nextCursor: null,
  })
  const tooLong = await fetch(`${bureau.baseUrl}/api/list?from=${day(-3)}&to=${day(0.5)}`)
  expect(tooLong.status).toBe(400)
})

test('a body without end is refused', async () => {
  const reply = await fetch(`${bureau.baseUrl}/admin/credit`, { method: 'POST', body: 'x'.repeat(70_000) })

  expect(reply.status).toBe(413)
})

test('a sender that gave an address is called back there, once the invoice is issued', async () => {
  const told: { path: string | undefined; type: string | undefined; body: string }[] = []
  const sender = http.createServer((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => {
      body += part.toString('utf8')
    })
    request.on('end', () => {
      told.push({ path: request.url, type: request.headers['content-type'], body })
      response.end('{"status":"0000"}')
    })
  })
  await new Promise<void>((resolve) => sender.listen(0, '127.0.0.1', resolve))
  const address = sender.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  await bureau.admin('settings', { callbackUrl: `http://127.0.0.1:${port}/v1/hint`, slowMs: 200 })
  const { serial, payload } = makeSending('DEMO-SLOW')

  expect((await issue(payload)).status).toBe(202)

  await expect.poll(() => told).toHaveLength(1)
  expect(told[0]).toMatchObject({ path: '/v1/hint', type: 'application/x-www-form-urlencoded' })
  expect(new URLSearchParams(told[0]?.body).get('orderno')).toBe(serial)
  await bureau.admin('settings', { callbackUrl: '' })
  await new Promise((resolve) => sender.close(resolve))
})
