import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signPage } from '../../../server/hosts/sign-page.ts'
import { PUBLIC_URL } from '../../support/app.ts'
import { type HostDesk, openHostDesk } from '../../support/host-desk.ts'

type Vector = { jsapi_ticket: string; noncestr: string; timestamp: string; url: string; signature: string }

const FILE = join(import.meta.dirname, '../../fixtures/vectors/jsapi-signatures.json')
const { vectors }: { vectors: (Vector & { platform: string })[] } = JSON.parse(readFileSync(FILE, 'utf8'))

test.for(vectors)('$platform: the published example of a page signature comes out', (vector) => {
  const { jsapi_ticket: ticket, noncestr: nonceStr, timestamp, url, signature } = vector
  expect(signPage({ ticket, nonceStr, timestamp, url })).toBe(signature)
})

describe('signing a page for its console', () => {
  let desk: HostDesk
  let agent: string
  let customer: string
  const PAGE = `${PUBLIC_URL}/sidebar/a-wx?host=wecom`

  beforeAll(async () => {
    desk = await openHostDesk()
    await desk.addAccount('wecom')
    await desk.addAccount('feishu')
    const shop = desk.shop.id
    agent = await desk.a.agent({ shop })
    customer = await desk.a.customer({ shop })
  })
  afterAll(() => desk.close())

  const sign = (payload: object, token = agent) =>
    desk.app.inject({
      method: 'POST',
      url: '/v1/hosts/page-signature',
      headers: { authorization: `Bearer ${token}` },
      payload,
    })

  test('企业微信 counts in seconds, 飞书 in milliseconds, each under its own ticket', async () => {
    const wecom = (await sign({ host: 'wecom', url: PAGE })).json()
    expect(wecom).toMatchObject({ appId: 'corp1', agentId: '1000002' })
    expect(wecom.timestamp).toMatch(/^\d{10}$/)
    expect(wecom.signature).toBe(signPage({ ...wecom, ticket: 'corp-ticket', url: PAGE }))

    const feishu = (await sign({ host: 'feishu', url: PAGE })).json()
    expect(feishu).toMatchObject({ appId: 'cli_1', agentId: null })
    expect(feishu.timestamp).toMatch(/^\d{13}$/)
    expect(feishu.signature).toBe(signPage({ ...feishu, ticket: 'tenant-ticket', url: PAGE }))
  })

  test('the console is asked for its ticket once, however many pages want a signature', async () => {
    await desk.database.hostPass.deleteMany()
    desk.consoles.asked.length = 0
    await Promise.all(Array.from({ length: 12 }, () => sign({ host: 'wecom', url: PAGE })))
    await sign({ host: 'wecom', url: PAGE })
    const paths = desk.consoles.asked.map(({ path }) => path)
    expect(paths).toEqual(['/cgi-bin/gettoken', '/cgi-bin/ticket/get'])
  })

  test('what the console lent stands sealed in the database', async () => {
    await sign({ host: 'wecom', url: PAGE })
    const rows = await desk.database.hostPass.findMany()
    expect(rows.length).toBeGreaterThan(0)
    for (const { valueSealed } of rows) {
      expect(Buffer.from(valueSealed).toString('latin1')).not.toMatch(/corp-t|tenant-t/)
    }
  })

  test.for([
    'https://elsewhere.example/sidebar/a-wx',
    `${PUBLIC_URL}.elsewhere.example/`,
    `${PUBLIC_URL}/sidebar/a-wx#e=1`,
  ])('the page %s is not ours to sign', async (url) => {
    expect((await sign({ host: 'wecom', url })).statusCode).toBe(422)
  })

  test('a customer gets no signature', async () => {
    expect((await sign({ host: 'wecom', url: PAGE }, customer)).statusCode).toBe(403)
  })
})
