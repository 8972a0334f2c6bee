import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestApp, type TestApp } from '../../support/app.ts'
import { startWebProcess, type WebProcess } from '../../support/web-process.ts'

/** What one process takes back, no other process lets in: two of them, as behind a proxy. */

let stage: TestApp
let one: WebProcess
let other: WebProcess
beforeAll(async () => {
  stage = await openTestApp()
  ;[one, other] = await Promise.all([startWebProcess(stage), startWebProcess(stage)])
})
afterAll(async () => {
  await Promise.all([one, other].map((web) => web?.stop()))
  await stage?.close()
})

type Opened = { token: string }

async function openedBy(web: WebProcess, path: string, body: object): Promise<string> {
  const reply = await web.call('POST', path, undefined, body)
  expect(reply.status).toBe(200)
  return ((await reply.json()) as Opened).token
}
const launchAs = async (sub: string) =>
  openedBy(one, '/v1/sessions/launch', { launchToken: await stage.a.launch({ sub }) })

/** As seen where nobody took anything back: over HTTP, and on a socket that was open before. */
async function isOutThere(token: string, seen: { code: number }) {
  await expect
    .poll(async () => (await other.call('POST', '/v1/sessions/renew', token)).status, { timeout: 20_000 })
    .toBe(401)
  await expect.poll(() => seen.code, { timeout: 20_000 }).toBe(4401)
}

describe('under load', () => {
  test('ten rotations of the signing keys in a row refuse no token in either process', async () => {
    const statuses = new Map<number, number>()
    const count = ({ status }: Response) => statuses.set(status, (statuses.get(status) ?? 0) + 1)
    let isOver = false
    let token = await launchAs('agent-load')
    const old = await launchAs('agent-old')
    const load = async (web: WebProcess, next: WebProcess) => {
      while (!isOver) {
        const renewed = await web.call('POST', '/v1/sessions/renew', token)
        count(renewed)
        token = ((await renewed.json()) as Opened).token
        count(await next.call('POST', '/v1/sessions/renew', token))
      }
    }
    const running = [load(one, other), load(other, one), load(one, one), load(other, other)]
    const sum = () => [...statuses.values()].reduce((total, part) => total + part, 0)

    for (let rotation = 1; rotation <= 10; rotation += 1) {
      await stage.services.tokens.rotateSigningKeys()
      const before = sum()
      await expect.poll(sum, { timeout: 20_000 }).toBeGreaterThan(before + 20)
    }
    isOver = true
    await Promise.all(running)

    expect([...statuses.keys()]).toEqual([200])
    // What was signed before the first of them is good until it ends by itself.
    expect((await other.call('POST', '/v1/sessions/renew', old)).status).toBe(200)
  })
})

describe('in the other process', () => {
  test('a session that ended itself is out, and its open socket closes', async () => {
    const token = await launchAs('agent-1')
    const seen = await other.greet(token)

    expect((await one.call('DELETE', '/v1/sessions/current', token)).status).toBe(204)

    await isOutThere(token, seen)
  })

  test('a person whom the merchant sends away is out with every session, and nobody else is', async () => {
    const [first, second, colleague] = [
      await launchAs('agent-2'),
      await launchAs('agent-2'),
      await launchAs('agent-3'),
    ]
    const seen = [await other.greet(first), await other.greet(second)]
    const staying = await other.greet(colleague)
    const key = await stage.a.api(['sessions'])

    const reply = await one.call('POST', '/v1/sessions/end', key, { role: 'agent', sub: 'agent-2' })

    expect(reply.status).toBe(204)
    await isOutThere(first, seen[0] ?? { code: 0 })
    await isOutThere(second, seen[1] ?? { code: 0 })
    expect((await other.call('POST', '/v1/sessions/renew', colleague)).status).toBe(200)
    expect(staying.code).toBe(0)
  })

  test('a revoked link opens nothing, and who came through it is out', async () => {
    const made = await one.call('POST', '/v1/shops/a-tm/links', await stage.a.api(['links']), {})
    const { id, url } = (await made.json()) as { id: string; url: string }
    const linkToken = url.split('#t=')[1] ?? ''
    const token = await openedBy(other, '/v1/sessions/link', { linkToken })
    const seen = await other.greet(token)

    await one.call('DELETE', `/v1/links/${id}`, await stage.a.api(['links']))

    await isOutThere(token, seen)
    expect((await other.call('POST', '/v1/sessions/link', undefined, { linkToken })).status).toBe(401)
  })

  test("a merchant's revoked key signs nothing more, and whom it vouched for is out", async () => {
    const launchToken = await stage.b.launch({})
    const token = await openedBy(one, '/v1/sessions/launch', { launchToken: await stage.b.launch({}) })
    const seen = await other.greet(token)

    const { merchantId, kid } = { merchantId: stage.b.id, kid: stage.b.kid }
    await stage.services.inTransaction((tx) =>
      stage.services.tokens.revokeMerchantKey(tx, { merchantId, kid }),
    )

    await isOutThere(token, seen)
    expect((await other.call('POST', '/v1/sessions/launch', undefined, { launchToken })).status).toBe(401)
  })
})
