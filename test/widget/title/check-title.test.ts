import { expect, test } from 'vitest'
import { checkTitle, type TypedTitle } from '../../../widget/title/check-title.ts'

const company: TypedTitle = {
  kind: 'company',
  invoiceKind: 'special',
  name: '湖北示例科技有限公司',
  taxId: '91420111MA49QA0X10',
}
const person: TypedTitle = { kind: 'person', invoiceKind: 'ordinary', name: '', taxId: '' }

function faultsOf(typed: TypedTitle): string[] {
  return checkTitle(typed).faults.map(({ code, field }) => `${field} ${code}`)
}

test('a company with name and tax id gets either kind of invoice', () => {
  expect(checkTitle(company)).toEqual({
    faults: [],
    normalised: {
      kind: 'company',
      name: '湖北示例科技有限公司',
      taxId: '91420111MA49QA0X10',
      email: null,
      phone: null,
    },
  })
  expect(faultsOf({ ...company, invoiceKind: 'ordinary' })).toEqual([])
})

test('a person who gives no name is 个人, and a tax id left in the form is not taken along', () => {
  const { faults, normalised } = checkTitle({ ...person, taxId: '91420111MA49QA0X10' })

  expect(faults).toEqual([])
  expect(normalised).toMatchObject({ name: '个人', taxId: null })
})

test('a person gets no 专票', () => {
  expect(faultsOf({ ...person, invoiceKind: 'special' })).toEqual(['kind title_person_special'])
})

test('all faults are told at once', () => {
  const typed: TypedTitle = {
    ...company,
    name: ' ',
    taxId: '91420111MA49QA0X1I',
    email: 'a@@x',
    phone: '123',
  }

  expect(faultsOf(typed)).toEqual([
    'name title_name_missing',
    'taxId title_tax_id_invalid',
    'email email_invalid',
    'phone phone_invalid',
  ])
})

test('name and tax id in each other’s field are both recognised', () => {
  expect(faultsOf({ ...company, name: company.taxId, taxId: company.name })).toEqual([
    'name title_name_is_tax_id',
    'taxId title_tax_id_is_name',
  ])
})

test.each([
  ['', 'taxId title_tax_id_missing'],
  ['91420111MA49QA0X11', 'taxId title_tax_id_check_failed'],
  ['914201I1MA49QA0X10', 'taxId title_tax_id_invalid'],
  ['24317000000012345678', 'taxId title_tax_id_is_invoice_number'],
  ['9142\u00000111MA49QA0X10', 'taxId text_not_allowed'],
  ['91420111\u202eMA49QA0X10', 'taxId text_not_allowed'],
  ['😀'.repeat(10), 'taxId title_tax_id_invalid'],
  ['1'.repeat(10_000), 'taxId title_tax_id_invalid'],
  ['__proto__', 'taxId title_tax_id_invalid'],
])('the tax id %j is refused', (taxId, fault) => {
  expect(faultsOf({ ...company, taxId })).toEqual([fault])
})

test('what is kept is the normal form', () => {
  const { faults, normalised } = checkTitle({
    ...company,
    name: ' 示例(武汉)科技有限公司 ',
    taxId: '9142 0111 ma49 qa0x 10',
    email: ' ａ@ex.cn ',
    phone: '+86 138-0013-8000',
  })

  expect(faults).toEqual([])
  expect(normalised).toEqual({
    kind: 'company',
    name: '示例（武汉）科技有限公司',
    taxId: '91420111MA49QA0X10',
    email: 'a@ex.cn',
    phone: '13800138000',
  })
})

test.each([
  'a@@x',
  'a@x',
  'a@x.cn, b@x.cn',
  'a b@x.cn',
  '"a"@x.cn',
  '.a@x.cn',
  'a..b@x.cn',
  '@x.cn',
  'a@-x.cn',
  'a@x-.cn',
  'a@x.cn\0',
  '甲@x.cn',
  'a@例子.cn',
  `${'a'.repeat(65)}@x.cn`,
  `a@${'x'.repeat(60)}.${'y.'.repeat(95)}cn`,
  `a@${'x.'.repeat(5_000)}`,
  '__proto__',
])('the e-mail %j is refused', (email) => {
  expect(faultsOf({ ...company, email })).toEqual(['email email_invalid'])
})

test.each(["o'hara+tag@mail.example.com", 'a@ex.cn', 'a@xn--fiqs8s.xn--fiqs8s'])(
  'the e-mail %s is taken',
  (email) => {
    expect(faultsOf({ ...company, email })).toEqual([])
  },
)

test.each([
  '12800138000',
  '1380013800',
  '138001380001',
  '027-87654321',
  '+1 3800138000',
  'abc',
  '1'.repeat(10_000),
])('the phone number %j is refused', (phone) => {
  expect(faultsOf({ ...company, phone })).toEqual(['phone phone_invalid'])
})

const body: TypedTitle = { ...company, kind: 'public_body', name: '武汉市示例区人民政府', taxId: '' }
const abroad: TypedTitle = { kind: 'foreign', invoiceKind: 'ordinary', name: 'Example GmbH', taxId: '' }

test('a sole trader needs what a company needs, and gets either kind', () => {
  const trader: TypedTitle = { ...company, kind: 'sole_trader', name: '武汉市示例小吃店（个体工商户）' }

  expect(faultsOf(trader)).toEqual([])
  expect(faultsOf({ ...trader, taxId: '' })).toEqual(['taxId title_tax_id_missing'])
})

test('a public body without a tax id gets a 普票, and a 专票 only with one', () => {
  expect(faultsOf({ ...body, invoiceKind: 'ordinary' })).toEqual([])
  expect(checkTitle({ ...body, invoiceKind: 'ordinary' }).normalised.taxId).toBeNull()
  expect(faultsOf(body)).toEqual(['taxId title_tax_id_missing'])
  expect(faultsOf({ ...body, taxId: company.taxId })).toEqual([])
})

test('a tax id that a public body does give must be a good one', () => {
  expect(faultsOf({ ...body, invoiceKind: 'ordinary', taxId: '91420111MA49QA0X1X' })).toEqual([
    'taxId title_tax_id_check_failed',
  ])
})

test('a buyer abroad gives a name alone and gets a 普票 alone', () => {
  expect(faultsOf(abroad)).toEqual([])
  expect(checkTitle({ ...abroad, taxId: company.taxId }).normalised.taxId).toBeNull()
  expect(faultsOf({ ...abroad, name: ' ' })).toEqual(['name title_name_missing'])
  expect(faultsOf({ ...abroad, invoiceKind: 'special' })).toEqual(['kind title_foreign_special'])
})

test('a pasted invoice number is called by its name', () => {
  expect(faultsOf({ ...company, taxId: '26422000000123456789' })).toEqual([
    'taxId title_tax_id_is_invoice_number',
  ])
})
