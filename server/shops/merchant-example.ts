import type { MerchantFile } from '../contract/merchants.ts'

/**
 * A file to start from: fictional, and applied as it stands it makes a merchant that can invoice on the
 * sandbox. Its first shop names every setting, the second one what must be said; its rules show each way
 * to match. The tax id holds its check character, but not the one of the organisation code inside.
 */
export const MERCHANT_EXAMPLE: MerchantFile = {
  seller: {
    name: '杭州示例茶具有限公司',
    taxId: '91330100MA0DEMR013',
    address: '浙江省杭州市示例区演示路6号',
    phone: '0571-00000000',
    bankName: '示例银行杭州演示支行',
    bankAccount: '0000330100000000006',
    drawer: '示例开票员',
  },
  shops: [
    {
      code: 'example-own',
      name: '示例茶具官方商城',
      platform: 'own',
      accent: '#0f6b5c',
      logoUrl: null,
      allowedOrigins: ['https://shop.example.com', 'https://console.example.com'],
      undoSeconds: 120,
      selfServiceDays: 365,
      linkDays: 30,
      reviewFromFen: 1_000_000,
      revealsPerDay: 30,
      resendsPerDay: 3,
      reissuesPerOrder: 2,
      reissuesByCustomer: 1,
      serviceText: '在线客服 9:00–22:00',
      issueTrigger: 'on_request',
      returnWindowDays: 7,
      issueWithoutTitle: false,
      lineNaming: 'detail',
      drawer: '店铺示例开票员',
      remarkPattern: '订单号：{orderNumbers}',
      showGifts: true,
      showDiscounts: true,
      showRemark: true,
      issuer: 'sandbox',
    },
    { code: 'example-tm', name: '示例茶具天猫旗舰店', platform: 'taobao' },
  ],
  rules: [
    {
      shop: 'example-own',
      matcher: 'sku',
      pattern: 'DESIGN-01',
      taxCode: '3040301000000000000',
      shortName: '设计服务',
      rateBp: 600,
      unit: '项',
      validFrom: '2026-01-01',
    },
    {
      matcher: 'title',
      pattern: '柜',
      taxCode: '1050101010000000000',
      shortName: '家具',
      treatment: 'taxed',
      rateBp: 1300,
      unit: '件',
      validFrom: '2026-01-01',
      validUntil: '2027-01-01',
    },
    {
      matcher: 'any',
      taxCode: '1060512990000000000',
      shortName: '日用杂品',
      rateBp: 1300,
      validFrom: '2026-01-01',
      validUntil: null,
    },
  ],
}
