import { expect, test } from 'vitest'
import type { Title } from '../../../server/contract/invoicing.ts'
import { checkBuyer } from '../../../server/invoicing/preflight.ts'
import { titleOf } from '../../../server/invoicing/title-of.ts'

const TAX_ID = '91420111MA49QA0X10'
const asked: Title[] = [
  { kind: 'person' },
  { kind: 'person', name: '张三' },
  { kind: 'company', name: '湖北示例科技有限公司', taxId: TAX_ID, address: '某路1号', bankAccount: '6225' },
  { kind: 'sole_trader', name: '武汉市示例小吃店', taxId: TAX_ID },
  { kind: 'public_body', name: '武汉市示例区人民政府' },
  { kind: 'public_body', name: '武汉市示例小学', taxId: TAX_ID, phone: '027-87654321' },
  { kind: 'foreign', name: 'Example GmbH' },
]

const check = (title: Title) => checkBuyer({ title, kind: 'ordinary', email: null, phone: null })

test.each(asked)('a stored title is asked with again as it was: %j', (title) => {
  const first = check(title)
  expect(first.faults).toEqual([])

  const again = titleOf({ kind: title.kind, buyer: first.buyer, isPerson: first.isPerson })

  expect(again.kind).toBe(title.kind)
  expect(check(again)).toEqual(first)
})

test.each(asked)('a row that carries no kind gives the same buyer: %j', (title) => {
  const { buyer, isPerson } = check(title)

  expect(check(titleOf({ buyer, isPerson }))).toMatchObject({ faults: [], buyer, isPerson })
})
