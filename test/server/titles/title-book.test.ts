import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { TitleBook, TitleSave } from '../../../server/contract/titles.ts'
import { NOW, type OrderStage, openOrderStage, send } from '../orders/order-stage.ts'

const COMPANY = { kind: 'company', name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' } as const
const PERSON = { kind: 'person', name: '张三' } as const
const BODY = { kind: 'public_body', name: '武汉市示例小学' } as const

let stage: OrderStage
let owner: string
let neighbour: string

beforeAll(async () => {
  stage = await openOrderStage()
  owner = await stage.asCustomer({ sub: 'customer-1' })
  neighbour = await stage.asCustomer({ sub: 'customer-2' })
})
afterAll(() => stage.close())

beforeEach(async () => {
  stage.clock.now = NOW
  stage.asker.subject = null
  await stage.database.customerTitle.deleteMany()
})

/** Each use is a second later than the one before. */
async function save(title: TitleSave['title'], rest: Partial<TitleSave> = {}, token = owner) {
  stage.clock.now = new Date(stage.clock.now.getTime() + 1_000)
  return send(stage, '/v1/titles', { token, payload: { title, kind: 'ordinary', ...rest } })
}

async function book(token = owner): Promise<TitleBook> {
  return (await send(stage, '/v1/titles', { token })).json()
}

const namesOf = ({ items }: TitleBook) => items.map(({ title }) => title.name)

async function idOf(name: string): Promise<string> {
  const entry = (await book()).items.find(({ title }) => title.name === name)
  if (entry === undefined) throw new Error(`${name} is not kept`)
  return entry.id
}

test('a kept title comes back as it was typed, whole', async () => {
  const particulars = { address: '武汉市洪山区某路1号', phone: '027-87654321', bankName: '示例银行' }
  await save({ ...COMPANY, ...particulars }, { kind: 'special', email: 'a@ex.cn' })

  expect(await book()).toEqual({
    canSave: true,
    items: [
      {
        id: expect.any(String),
        title: { ...COMPANY, ...particulars, bankAccount: null },
        kind: 'special',
        email: 'a@ex.cn',
        isDefault: false,
        createdAt: '2026-11-22T04:00:01.000Z',
        lastUsedAt: '2026-11-22T04:00:01.000Z',
      },
    ],
  })
})

test('the last used title is offered first, and the default before all', async () => {
  await save(COMPANY)
  await save(PERSON)
  await save(BODY)
  expect(namesOf(await book())).toEqual([BODY.name, PERSON.name, COMPANY.name])

  await save(COMPANY)
  expect(namesOf(await book())).toEqual([COMPANY.name, BODY.name, PERSON.name])

  const chosen = await send(stage, `/v1/titles/${await idOf(PERSON.name)}/default`, {
    token: owner,
    method: 'POST',
  })
  expect(namesOf(chosen.json())).toEqual([PERSON.name, COMPANY.name, BODY.name])

  await save(BODY, { isDefault: true })
  const { items } = await book()
  expect(items.map(({ isDefault }) => isDefault)).toEqual([true, false, false])
  expect(items[0]?.title.name).toBe(BODY.name)
})

test('used again a title is one entry, with the details of the last use', async () => {
  await save({ ...COMPANY, address: '旧址' }, { email: 'old@ex.cn' })
  await save({ ...COMPANY, name: ' 湖北示例科技有限公司 ', taxId: '91420111ma49qa0x10', address: '新址' })

  const { items } = await book()

  expect(items).toHaveLength(1)
  expect(items[0]).toMatchObject({ title: { ...COMPANY, address: '新址' }, email: null })
})

test('two tabs that save at once make one entry', async () => {
  await Promise.all(Array.from({ length: 5 }, () => save(COMPANY)))

  expect((await book()).items).toHaveLength(1)
})

test('the twenty-first title takes the place of the one not used for longest, never of the default', async () => {
  await save(COMPANY, { isDefault: true })
  for (let index = 0; index < 21; index++) await save({ kind: 'person', name: `甲${index}` })

  const names = namesOf(await book())

  expect(names).toHaveLength(20)
  expect(names[0]).toBe(COMPANY.name)
  expect(names).not.toContain('甲0')
  expect(names).not.toContain('甲1')
  expect(names).toContain('甲2')
})

test('a faulty title is not kept, and every fault is told', async () => {
  const reply = await save({ ...COMPANY, name: '', taxId: '91420111MA49QA0X1X' }, { email: 'a@@x' })

  expect(reply.statusCode).toBe(422)
  expect(reply.json()).toMatchObject({
    code: 'preflight_failed',
    errors: [
      { code: 'title_name_missing', field: '/title/name' },
      { code: 'title_tax_id_check_failed', field: '/title/taxId' },
      { code: 'email_invalid', field: '/email' },
    ],
  })
  expect((await book()).items).toEqual([])
})

describe('whose book it is', () => {
  test('nobody else’s: another customer sees, changes and forgets nothing of it', async () => {
    await save(COMPANY)
    const id = await idOf(COMPANY.name)

    expect((await book(neighbour)).items).toEqual([])
    const choose = await send(stage, `/v1/titles/${id}/default`, { token: neighbour, method: 'POST' })
    const forget = await send(stage, `/v1/titles/${id}`, { token: neighbour, method: 'DELETE' })
    await send(stage, '/v1/titles', { token: neighbour, method: 'DELETE' })

    expect([choose.json().code, forget.json().code]).toEqual(['title_not_found', 'title_not_found'])
    expect((await book()).items).toMatchObject([{ id, isDefault: false }])
  })

  test('the same subject at another merchant is another person', async () => {
    await save(COMPANY)
    const elsewhere = await stage.asCustomer({ sub: 'customer-1', merchant: stage.b.id, shop: null })

    expect((await book(elsewhere)).items).toEqual([])
  })

  test('behind a link stands whoever has it: nothing is kept, nothing is shown', async () => {
    const visitor = await stage.asCustomer({ sub: 'customer-1', via: 'order_link' })
    await save(COMPANY)

    expect(await book(visitor)).toEqual({ items: [], canSave: false })
    const kept = await save(PERSON, {}, visitor)
    const whole = await send(stage, '/v1/titles/export', { token: visitor })

    expect([kept.json().code, whole.json().code]).toEqual(['token_not_allowed', 'token_not_allowed'])
  })

  test('an agent sees the titles of the customer who asked for the order, masked, and changes none', async () => {
    await save({ ...COMPANY, phone: '13800138000', address: '某路1号' }, { email: 'a@ex.cn' })
    await save(PERSON)
    const agent = await stage.asAgent()
    stage.asker.subject = 'customer-1'

    const seen = await send(stage, '/v1/titles?orderId=01890000-0000-7000-8000-000000000001', {
      token: agent,
    })

    expect(seen.json()).toMatchObject({
      canSave: false,
      items: [
        { title: { kind: 'person', name: '张*' } },
        {
          title: { name: COMPANY.name, taxId: '9142**********0X10', phone: '138****8000', address: '****' },
          email: 'a***@ex.cn',
        },
      ],
    })
    expect((await book(agent)).items).toEqual([])
    expect((await save(PERSON, {}, agent)).json().code).toBe('token_not_allowed')
  })
})

describe('a customer’s own data', () => {
  test('is taken along as a file', async () => {
    await save(COMPANY, { email: 'a@ex.cn' })
    await save(PERSON)

    const reply = await send(stage, '/v1/titles/export', { token: owner })

    expect(reply.headers['content-disposition']).toBe('attachment; filename="invoice-titles.json"')
    expect(reply.json()).toEqual({ exportedAt: stage.clock.now.toISOString(), items: (await book()).items })
  })

  test('is forgotten one by one, or all at once', async () => {
    for (const title of [COMPANY, PERSON, BODY]) await save(title)

    const one = await send(stage, `/v1/titles/${await idOf(PERSON.name)}`, { token: owner, method: 'DELETE' })
    expect(one.statusCode).toBe(204)
    expect(namesOf(await book())).toEqual([BODY.name, COMPANY.name])

    await send(stage, '/v1/titles', { token: owner, method: 'DELETE' })
    expect(await stage.database.customerTitle.count()).toBe(0)
  })

  test('stands in no column in the clear, and in no audit entry', async () => {
    await save(COMPANY, { email: 'someone@ex.cn' })
    await send(stage, '/v1/titles/export', { token: owner })

    const rows = await stage.database.customerTitle.findMany()
    const entries = await stage.database.auditEntry.findMany({ where: { act: { startsWith: 'title.' } } })
    const bytes = Buffer.concat([
      ...rows.flatMap(({ titleSealed, titleIndex, subjectIndex }) => [titleSealed, titleIndex, subjectIndex]),
      ...entries.map((entry) => entry.bytes),
    ])

    expect(rows).toHaveLength(1)
    expect(entries.map(({ act }) => act)).toEqual(expect.arrayContaining(['title.saved', 'title.exported']))
    for (const clear of ['示例科技', COMPANY.taxId, 'someone@ex.cn']) {
      expect(bytes.includes(Buffer.from(clear))).toBe(false)
    }
  })
})
