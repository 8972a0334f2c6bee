import { afterAll, beforeAll, expect, test } from 'vitest'
import { rememberTitle } from '../../../server/titles/remember-title.ts'
import { NOW, type OrderStage, openOrderStage, send } from '../orders/order-stage.ts'

let stage: OrderStage
let agent: string
let customer: string

const KNOWN = { name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' }
const LISTED = { name: '湖北演示Ｎet传媒（武汉）有限公司', taxId: '91420100MA4KTEXT0N' }

const remember = (merchantId: string, title: { name: string; taxId: string }, at = NOW) =>
  stage.inTransaction((tx) => rememberTitle({ ...stage, now: () => at }, tx, merchantId, title))

beforeAll(async () => {
  stage = await openOrderStage()
  agent = await stage.asAgent()
  customer = await stage.asCustomer()
  await remember(stage.a.id, KNOWN)
  await stage.database.companyDirectory.createMany({
    data: [LISTED, { name: '上海演示贸易有限公司', taxId: '91310000MA1FL0QA1C' }],
  })
})
afterAll(() => stage.close())

async function search(
  text: string,
  token = agent,
): Promise<{ name: string; taxId: string; source: string }[]> {
  return (await send(stage, '/v1/titles/search', { token, payload: { text } })).json().items
}

test('an agent finds what the merchant has invoiced, then the published list', async () => {
  expect(await search('湖北')).toEqual([
    { ...KNOWN, source: 'known' },
    { ...LISTED, source: 'directory' },
  ])
})

test('a customer finds the published list alone', async () => {
  expect(await search('湖北', customer)).toEqual([{ ...LISTED, source: 'directory' }])
})

test('another merchant does not find whom this one invoices', async () => {
  const other = await stage.asAgent({ merchant: stage.b.id })

  expect((await search('示例科技', other)).map(({ source }) => source)).not.toContain('known')
})

test.each([
  ['a part from the middle', '示例科技', KNOWN.taxId],
  ['the beginning of the tax id', '9142', KNOWN.taxId],
  ['the tax id in small letters', '91420111ma49', KNOWN.taxId],
  ['other width and case', 'ｎＥＴ', LISTED.taxId],
  ['narrow brackets', '(武汉)', LISTED.taxId],
  ['blanks between', '上海 演示', '91310000MA1FL0QA1C'],
])('%s finds the company', async (_, text, taxId) => {
  expect((await search(text)).map((title) => title.taxId)).toContain(taxId)
})

test.each([
  ['one character', '湖'],
  ['two characters that stand apart', '湖技'],
  ['wildcards', '%%'],
  ['wildcards of one', '__'],
  ['the end of a tax id', 'QA0X10'],
])('%s finds nothing', async (_, text) => {
  expect(await search(text)).toEqual([])
})

test('bigrams that stand apart do not make a name', async () => {
  await remember(stage.a.id, { name: '北示湖北', taxId: '91110108MA00TEXT1B' })

  expect((await search('湖北示')).map(({ name }) => name)).toEqual([KNOWN.name])
})

test('a title that is remembered again is one title, and the latest comes first', async () => {
  const again = { name: ' 湖北示例科技有限公司 ', taxId: KNOWN.taxId.toLowerCase() }
  await remember(
    stage.a.id,
    { name: '湖北示例物流有限公司', taxId: '91420100MA4KTEXT0N' },
    new Date(NOW.getTime() + 1_000),
  )
  expect((await search('北示例'))[0]?.name).toBe('湖北示例物流有限公司')

  await remember(stage.a.id, again, new Date(NOW.getTime() + 2_000))

  expect((await search('北示例')).map(({ name }) => name)).toEqual([KNOWN.name, '湖北示例物流有限公司'])
})

test('at most eight are offered', async () => {
  await stage.database.companyDirectory.createMany({
    data: Array.from({ length: 20 }, (_, i) => ({ name: `虚构样本${i}号公司`, taxId: `X${1_000 + i}` })),
  })

  expect(await search('虚构样本', customer)).toHaveLength(8)
})

test('the tables hold no name and no tax id of a customer in the clear', async () => {
  const rows = await stage.database.knownTitle.findMany({ include: { grams: true } })
  const bytes = Buffer.concat(
    rows.flatMap(({ titleSealed, titleIndex, grams }) => [
      titleSealed,
      titleIndex,
      ...grams.map(({ gram }) => gram),
    ]),
  )

  expect(bytes.includes(Buffer.from('示例'))).toBe(false)
  expect(bytes.includes(Buffer.from(KNOWN.taxId))).toBe(false)
  expect(rows.length).toBeGreaterThan(0)
})

test('a hostile text is only a text', async () => {
  for (const text of ["'; DROP TABLE company_directory; --", '\\', '湖北%', '🙂🙂', 'a'.repeat(100)]) {
    expect(await search(text)).toEqual([])
  }
})
