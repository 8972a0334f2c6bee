import { describe, expect, test } from 'vitest'
import { MERCHANT_EXAMPLE } from '../../../server/shops/merchant-example.ts'
import { MerchantFileInvalid, readMerchantFile } from '../../../server/shops/read-merchant-file.ts'

/** A merchant in its shortest form, with changes at its parts. */
function fileWith({
  seller = {},
  shop = {},
  rule = {},
}: Partial<Record<'seller' | 'shop' | 'rule', object>>) {
  return {
    seller: { name: '示例公司', taxId: '91330100MA0DEMR013', drawer: '示例开票员', ...seller },
    shops: [{ code: 'one', name: '示例店', platform: 'own', ...shop }],
    rules: [{ ...RULE, ...rule }],
  }
}

const RULE = {
  matcher: 'title',
  pattern: '手账',
  taxCode: '1060105020000000000',
  shortName: '纸制品',
  rateBp: 1300,
  validFrom: '2026-01-01',
}

function faultsOf(file: unknown): string[] {
  try {
    readMerchantFile(file)
  } catch (error) {
    if (error instanceof MerchantFileInvalid) return error.faults.map(({ field, why }) => `${field} ${why}`)
    throw error
  }
  return []
}

const rulesOf = (...rules: object[]) => ({
  ...fileWith({}),
  rules: rules.map((rule) => ({ ...RULE, ...rule })),
})

describe('a merchant file', () => {
  test('in its shortest form gets every default', () => {
    expect(readMerchantFile(fileWith({}))).toEqual({
      seller: {
        name: '示例公司',
        taxId: '91330100MA0DEMR013',
        drawer: '示例开票员',
        address: null,
        phone: null,
        bankName: null,
        bankAccount: null,
      },
      shops: [
        {
          code: 'one',
          name: '示例店',
          platform: 'own',
          accent: '#1d5eff',
          logoUrl: null,
          allowedOrigins: [],
          undoSeconds: 0,
          selfServiceDays: 365,
          linkDays: 30,
          reviewFromFen: 1_000_000n,
          revealsPerDay: 30,
          resendsPerDay: 3,
          issuerId: 'sandbox',
          serviceText: null,
          issueTrigger: 'on_request',
          returnWindowDays: 7,
          issueWithoutTitle: false,
          lineNaming: 'detail',
          drawer: null,
          remarkPattern: '订单号：{orderNumbers}',
          reissuesPerOrder: 2,
          reissuesByCustomer: 1,
          showGifts: true,
          showDiscounts: true,
          showRemark: true,
        },
      ],
      rules: [{ ...RULE, shopCode: null, treatment: 'taxed', unit: null, validUntil: null }],
    })
  })

  test.for(['http://localhost:8788', 'http://127.0.0.1:8788', 'https://[::1]', 'https://xn--fiqs8s.example'])(
    'may name the origin %s',
    (origin) => {
      expect(faultsOf(fileWith({ shop: { allowedOrigins: [origin] } }))).toEqual([])
    },
  )

  test('as the example has it, is good', () => {
    expect(faultsOf(JSON.parse(JSON.stringify(MERCHANT_EXAMPLE)))).toEqual([])
  })

  test('names all of its faults at once', () => {
    const { seller, shops } = fileWith({ seller: { drawer: undefined }, shop: { accent: 'red' } })
    expect(faultsOf({ seller, shops, rules: [{ ...RULE, rateBp: '1300' }], note: '' })).toEqual([
      '/note is not known here',
      '/seller/drawer is missing',
      expect.stringMatching(/^\/shops\/0\/accent must match pattern/),
      '/rules/0/rateBp must be integer',
    ])
  })

  test.for<[string, Parameters<typeof fileWith>[0], RegExp]>([
    ['a wrong check character', { seller: { taxId: '91330100MA0DEMR014' } }, /^\/seller\/taxId .*check char/],
    ['a letter O in the tax id', { seller: { taxId: '9133O100MA0DEMR013' } }, /perhaps 91330100MA0DEMR013$/],
    ['an empty name', { seller: { name: '' } }, /^\/seller\/name has a space/],
    ['a name that ends in a space', { seller: { name: '示例 ' } }, /^\/seller\/name has a space/],
    [
      'a name that turns the text around',
      { seller: { name: '示\u202E例' } },
      /^\/seller\/name .*nobody sees/,
    ],
    ['a name of 101 letters', { seller: { name: '例'.repeat(101) } }, /^\/seller\/name must NOT have more/],
    ['an address that is a number', { seller: { address: 7 } }, /^\/seller\/address must be string,null/],
    [
      'more reissues by the customer than there are',
      { shop: { reissuesByCustomer: 3 } },
      /^\/shops\/0\/reissuesByCustomer is above the 2 of an order/,
    ],
    ['a code with capitals', { shop: { code: 'A-TM' } }, /^\/shops\/0\/code must match/],
    ['a logo without https', { shop: { logoUrl: 'http://x.example/a.png' } }, /^\/shops\/0\/logoUrl is not/],
    [
      'a logo that is a script',
      { shop: { logoUrl: 'javascript:1' } },
      /^\/shops\/0\/logoUrl is not an https/,
    ],
    [
      'an origin with a path',
      { shop: { allowedOrigins: ['https://x.example/'] } },
      /Origins\/0 is not an exact/,
    ],
    [
      'an origin with a star',
      { shop: { allowedOrigins: ['https://*.example'] } },
      /Origins\/0 is not an exact/,
    ],
    [
      "an origin that goes on in the page's policy",
      { shop: { allowedOrigins: ['https://a.cn;b'] } },
      /exact/,
    ],
    ['an origin twice', { shop: { allowedOrigins: ['https://x.cn', 'https://x.cn'] } }, /NOT have duplicate/],
    ['links of 401 days', { shop: { linkDays: 401 } }, /^\/shops\/0\/linkDays must be <= 400/],
    ['half a fen', { shop: { reviewFromFen: 0.5 } }, /^\/shops\/0\/reviewFromFen must be integer/],
    ['an issuer that is not here', { shop: { issuer: 'nuonuo' } }, /^\/shops\/0\/issuer is none of sandbox$/],
    ['a tax code of 18 digits', { rule: { taxCode: '1'.repeat(18) } }, /^\/rules\/0\/taxCode must match/],
    ['a rate above 100 %', { rule: { rateBp: 10_001 } }, /^\/rules\/0\/rateBp must be <= 10000/],
    ['the 30th of February', { rule: { validFrom: '2026-02-30' } }, /^\/rules\/0\/validFrom is not a day/],
    ['a rule that ends as it begins', { rule: { validUntil: '2026-01-01' } }, /validUntil is not after/],
    ['a shop that is not there', { rule: { shop: 'two' } }, /^\/rules\/0\/shop is none of the shops/],
    ['a rate without tax', { rule: { treatment: 'exempt' } }, /^\/rules\/0\/rateBp is not 0/],
    ['any, and a pattern', { rule: { matcher: 'any' } }, /^\/rules\/0\/pattern is not for/],
    ['a title, and no pattern', { rule: { pattern: undefined } }, /^\/rules\/0\/pattern is missing/],
  ])('with %s is refused where it stands', ([, changes, expected]) => {
    expect(faultsOf(fileWith(changes))).toEqual([expect.stringMatching(expected)])
  })

  test('with the name of a prototype is refused', () => {
    const text = JSON.stringify(fileWith({})).replace('"seller":{', '"seller":{"__proto__":{"a":1},')
    expect(faultsOf(JSON.parse(text))).toEqual(['/seller/__proto__ is not known here'])
  })

  test.for([null, [], 'x', 7, {}])('that is %j is refused', (file) => {
    expect(faultsOf(file)).not.toEqual([])
  })

  test('names a shop once', () => {
    const file = fileWith({})
    expect(faultsOf({ ...file, shops: [...file.shops, ...file.shops] })).toEqual([
      '/shops/1/code stands at /shops/0 already',
    ])
  })
})

describe('rules for the same goods', () => {
  test('may follow one another to the day', () => {
    expect(faultsOf(rulesOf({ validUntil: '2026-07-01' }, { validFrom: '2026-07-01' }))).toEqual([])
  })

  test('must not share a day', () => {
    const file = rulesOf({ validUntil: '2026-07-02' }, { validFrom: '2026-07-01' }, { pattern: '笔' })
    expect(faultsOf(file)).toEqual(['/rules/1 is for the same goods and days as /rules/0'])
  })

  test('may differ between a shop and all shops', () => {
    expect(faultsOf(rulesOf({}, { shop: 'one' }))).toEqual([])
  })
})
