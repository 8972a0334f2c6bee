import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MerchantFile } from '../../../server/contract/merchants.ts'
import { inTransactionOf } from '../../../server/database/database.ts'
import { v7 } from '../../../server/database/ids.ts'
import { applyMerchant } from '../../../server/shops/apply-merchant.ts'
import { MERCHANT_EXAMPLE } from '../../../server/shops/merchant-example.ts'
import { SHOP_DEFAULTS } from '../../../server/shops/merchant-setup.ts'
import { readMerchantFile } from '../../../server/shops/read-merchant-file.ts'
import { findSeller } from '../../../server/shops/seller.store.ts'
import { findShopByCode } from '../../../server/shops/shop.store.ts'
import { splitTemplate } from '../../../server/shops/shop.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { openTestVault, stageMerchant } from '../../support/stage.ts'

const OPERATOR = { kind: 'operator', id: 'test' } as const
const NOW = new Date('2026-11-22T04:00:00Z')

let stage: TestDatabase
let vault: Awaited<ReturnType<typeof openTestVault>>
beforeAll(async () => {
  stage = await createTestDatabase()
  vault = await openTestVault(stage.database)
})
afterAll(() => stage.drop())

function apply(file: unknown) {
  const inTransaction = inTransactionOf(stage.database)
  return applyMerchant(
    { inTransaction, vault, now: () => NOW, newId: () => v7() },
    readMerchantFile(file),
    OPERATOR,
  )
}

/** The example as another merchant: its own tax id, its shops with a prefix. */
function exampleOf(taxId: string, prefix: string): MerchantFile {
  const { seller, shops, rules } = MERCHANT_EXAMPLE
  return {
    seller: { ...seller, taxId },
    shops: shops.map((shop) => ({ ...shop, code: `${prefix}-${shop.code}` })),
    rules: rules.map((rule) =>
      rule.shop === undefined ? rule : { ...rule, shop: `${prefix}-${rule.shop}` },
    ),
  }
}

const entriesOf = (merchantId: string) =>
  stage.database.auditEntry.findMany({ where: { merchantId }, orderBy: { id: 'asc' } })

async function sellerOf(code: string) {
  const shop = await findShopByCode(stage.database, code)
  if (shop === null) throw new Error(`no shop ${code}`)
  return findSeller(vault, stage.database, { merchantId: shop.merchantId, shopId: shop.id })
}

describe('applying a merchant', () => {
  test('makes one that can invoice, with its drawer sealed and one audit entry', async () => {
    const file = exampleOf('91330100MA0DEMR013', 'new')
    const { id, changes } = await apply(file)

    expect(changes).toMatchObject({ isNew: true, shopsAdded: ['new-example-own', 'new-example-tm'] })
    expect(await sellerOf('new-example-own')).toMatchObject({
      merchantId: id,
      party: { name: file.seller.name, taxId: file.seller.taxId, bankAccount: '0000330100000000006' },
      drawer: '店铺示例开票员',
      templateVersion: 1,
      undoSeconds: 120,
      rules: expect.arrayContaining([
        expect.objectContaining({ matcher: 'sku', shopId: expect.any(String), validUntil: null }),
        expect.objectContaining({ matcher: 'title', shopId: null, validUntil: '2027-01-01' }),
      ]),
    })
    const [entry, ...others] = await entriesOf(id)
    expect(others).toEqual([])
    expect(entry).toMatchObject({ act: 'merchant.applied', actor: 'operator:test', object: `merchant:${id}` })
    for (const value of Object.values(file.seller)) {
      expect(Buffer.from(entry?.bytes ?? []).toString('utf8')).not.toContain(String(value))
    }
  })

  test('a second time changes nothing, also no rule and no log', async () => {
    const file = exampleOf('91330100MA0DEMR026', 'again')
    const { id } = await apply(file)
    const rows = () =>
      stage.database.goodsRule.findMany({ where: { merchantId: id }, orderBy: { id: 'asc' } })
    const before = await rows()

    const { changes } = await apply({ ...file, rules: file.rules.toReversed() })

    expect(changes).toEqual({
      isNew: false,
      seller: [],
      shopsAdded: [],
      shopsChanged: [],
      templatesMade: [],
      rulesReplaced: false,
    })
    expect(await rows()).toEqual(before)
    expect(await entriesOf(id)).toHaveLength(1)
  })

  test('changes what differs, says which fields, and keeps ids and shops that are not named', async () => {
    const file = exampleOf('91330100MA0DEMR039', 'change')
    const { id } = await apply(file)
    const [own, tm] = file.shops
    const before = await findShopByCode(stage.database, 'change-example-own')

    const changed = await apply({
      seller: { ...file.seller, address: null, drawer: '另一示例' },
      shops: [
        { ...own, accent: '#b3392f', undoSeconds: 0 },
        { code: 'change-third', name: '第三示例店', platform: 'pdd' },
      ],
      rules: file.rules.slice(1),
    })

    expect(changed).toEqual({
      id,
      changes: {
        isNew: false,
        seller: ['address', 'drawer'],
        shopsAdded: ['change-third'],
        shopsChanged: [{ code: 'change-example-own', fields: ['accent', 'undoSeconds'] }],
        templatesMade: [{ code: 'change-third', version: 1 }],
        rulesReplaced: true,
      },
      shopsLeft: [tm?.code],
    })
    expect(await findShopByCode(stage.database, 'change-example-own')).toEqual({
      ...before,
      accent: '#b3392f',
      undoSeconds: 0,
    })
    expect(await findShopByCode(stage.database, 'change-example-tm')).not.toBeNull()
    const seller = await sellerOf('change-third')
    expect(seller).toMatchObject({ drawer: '另一示例', party: { address: null } })
    expect(seller?.rules).toHaveLength(2)

    const [, entry] = await entriesOf(id)
    const { after } = JSON.parse(Buffer.from(entry?.bytes ?? []).toString('utf8'))
    expect(after).toEqual({
      isNew: false,
      rules: 2,
      rulesReplaced: true,
      seller: 'address drawer',
      shopsAdded: 'change-third',
      shopsChanged: 'change-example-own(accent undoSeconds)',
      templatesMade: 'change-third(1)',
    })
  })

  test('takes no shop of another merchant, and then changes nothing at all', async () => {
    await stageMerchant(stage.database, vault, {
      name: '另一商户',
      taxId: '91110108MA00TEXT1B',
      shops: { taken: {} },
    })
    const file = exampleOf('91330100MA0DEMR04C', 'wants')
    const shops = [...file.shops, { code: 'taken', name: '抢来的店', platform: 'own' }]

    await expect(apply({ ...file, shops })).rejects.toMatchObject({
      faults: [{ field: '/shops/2/code', why: 'is the shop of another merchant' }],
    })

    expect(await stage.database.merchant.findUnique({ where: { taxId: file.seller.taxId } })).toBeNull()
    expect(await findShopByCode(stage.database, 'wants-example-own')).toBeNull()
    expect(await findShopByCode(stage.database, 'taken')).toMatchObject({ name: '另一商户 taken' })
  })

  test('by two operators at once makes one merchant with one key', async () => {
    const file = exampleOf('91330100MA0DEMR05F', 'twice')
    const [first, second] = await Promise.all([apply(file), apply(file)])

    expect(second.id).toBe(first.id)
    expect(await stage.database.dataKey.count({ where: { merchantId: first.id } })).toBe(1)
    expect(await entriesOf(first.id)).toHaveLength(1)
  })

  test('leaves a setting at the value that the table itself would give', async () => {
    const { id } = await stageMerchant(stage.database, vault, {
      name: '默认商户',
      taxId: '91330100MA0DEMR06J',
      shops: { plain: {} },
    })
    const { changes } = await apply({
      seller: { name: '默认商户', taxId: '91330100MA0DEMR06J', drawer: '演示' },
      shops: [{ code: 'plain', name: '默认商户 plain', platform: 'tmall' }],
      rules: [],
    })

    expect(changes).toMatchObject({ isNew: false, seller: [], shopsChanged: [], rulesReplaced: false })
    const { rest } = splitTemplate(SHOP_DEFAULTS)
    expect(await stage.database.shop.findFirst({ where: { merchantId: id } })).toMatchObject(rest)
  })
})

describe('the template of a shop', () => {
  const templatesOf = (shopId: string) =>
    stage.database.shopTemplate.findMany({ where: { shopId }, orderBy: { version: 'asc' } })

  test('gets a version with each change of it, and none with any other', async () => {
    const file = exampleOf('91330100MA0DEMR07M', 'tpl')
    const [own, tm] = file.shops
    const shops = (changes: object) => ({ ...file, shops: [{ ...own, ...changes }, tm] })
    const { id } = await apply(file)
    const { shopId = '' } = (await sellerOf('tpl-example-own')) ?? {}

    const other = await apply(shops({ linkDays: 7 }))
    const changed = await apply(shops({ linkDays: 7, lineNaming: 'joined', drawer: '另一示例' }))
    await apply(shops({ linkDays: 7 }))

    expect(other.changes.templatesMade).toEqual([])
    expect(changed.changes.templatesMade).toEqual([{ code: 'tpl-example-own', version: 2 }])
    expect(changed.changes.shopsChanged).toEqual([
      { code: 'tpl-example-own', fields: ['drawer', 'lineNaming'] },
    ])
    expect(await templatesOf(shopId)).toMatchObject([
      { version: 1, actor: 'operator:test', settings: { lineNaming: 'detail' } },
      { version: 2, settings: { lineNaming: 'joined' } },
      { version: 3, settings: { lineNaming: 'detail' } },
    ])
    const then = { merchantId: id, shopId, templateVersion: 2 }
    expect(await findSeller(vault, stage.database, then)).toMatchObject({
      naming: 'joined',
      drawer: '另一示例',
      templateVersion: 2,
    })
    expect(await sellerOf('tpl-example-own')).toMatchObject({ naming: 'detail', templateVersion: 3 })
  })

  test('keeps the name of its drawer sealed, and takes the seller’s where it has none', async () => {
    const file = exampleOf('91330100MA0DEMR08Q', 'drawn')
    await apply(file)
    const { shopId = '' } = (await sellerOf('drawn-example-own')) ?? {}

    const [template] = await templatesOf(shopId)

    expect(JSON.stringify(template?.settings)).not.toContain('示例开票员')
    expect(Buffer.from(template?.drawerSealed ?? []).toString('utf8')).not.toContain('示例')
    expect(await sellerOf('drawn-example-tm')).toMatchObject({ drawer: '示例开票员' })
  })

  test('is neither changed nor deleted by the application', async () => {
    const { shopTemplate } = stage.database

    await expect(shopTemplate.updateMany({ data: { actor: 'x' } })).rejects.toThrow('permission denied')
    await expect(shopTemplate.deleteMany()).rejects.toThrow('permission denied')
  })
})
