import { expect, test } from 'vitest'
import { completeTitle } from '../../../server/reissue/complete-title.ts'

const BEFORE = {
  name: '武汉错字公司',
  taxId: '91420111MA49QA0X10',
  address: '武汉市示例路 1 号',
  phone: null,
  bankName: '建设银行',
  bankAccount: '42001',
}

test('a tax id that comes back masked is the one behind the mask', () => {
  const title = { kind: 'company', name: '湖北示例科技有限公司', taxId: '9142**********0X10' } as const

  expect(completeTitle(title, BEFORE)).toMatchObject({ name: title.name, taxId: BEFORE.taxId })
})

test('another mask is not taken for a tax id', () => {
  const title = { kind: 'company', name: '湖北示例科技有限公司', taxId: '9131**********QA1C' } as const

  expect(completeTitle(title, BEFORE)).toMatchObject({ taxId: title.taxId })
})

test('particulars that are left out stay with the same buyer, and null clears one', () => {
  const title = { kind: 'company', name: '湖北示例', taxId: BEFORE.taxId, bankName: null } as const

  expect(completeTitle(title, BEFORE)).toMatchObject({
    address: BEFORE.address,
    bankName: null,
    bankAccount: BEFORE.bankAccount,
  })
})

test('another buyer never gets the address of the one before', () => {
  const title = { kind: 'company', name: '上海演示贸易有限公司', taxId: '91310000MA1FL0QA1C' } as const

  expect(completeTitle(title, BEFORE)).toEqual(title)
})

test('a person keeps nothing of a company', () => {
  expect(completeTitle({ kind: 'person', name: '张三' }, BEFORE)).toEqual({ kind: 'person', name: '张三' })
})
