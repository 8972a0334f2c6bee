import type { Title } from '../../../../server/contract/invoicing.ts'
import type { InvoiceContent, InvoiceKind, InvoiceLine } from '../../../../server/invoicing/invoice.ts'
import { checkBuyer } from '../../../../server/invoicing/preflight.ts'
import type { Subject } from '../../../../server/invoicing/rules/rule.ts'
import { type RuleSettings, SHIPPED_SETTINGS } from '../../../../server/invoicing/rules/settings.ts'
import type { IssuerCapabilities } from '../../../../server/issuers/issuer.ts'
import { openScriptedIssuer } from '../../../support/scripted-issuer.ts'

export const TAX_ID = '91420111MA49QA0X10'
const NAME = '湖北示例科技有限公司'
const COMPANY: Title = { kind: 'company', name: NAME, taxId: TAX_ID }

const line = (lineNo: number, set: Partial<InvoiceLine>): InvoiceLine => ({
  lineNo,
  property: 'normal',
  title: '示例茶叶',
  shortName: '茶及饮料原料',
  spec: '250克',
  unit: '盒',
  quantity: '1',
  unitPrice: '100',
  taxCode: '1030101030000000000',
  treatment: 'taxed',
  rateBp: 1300,
  netFen: 10_000n,
  taxFen: 1_300n,
  grossFen: 11_300n,
  ...set,
})

const DISCOUNT = {
  property: 'discount',
  ...{ spec: null, unit: null, quantity: null, unitPrice: null },
  ...{ netFen: -1_000n, taxFen: -130n, grossFen: -1_130n },
} as const

/** A line with its discount, and one without. */
export const LINES: readonly InvoiceLine[] = [
  line(1, { property: 'discounted' }),
  line(2, DISCOUNT),
  line(3, { title: '快递费', spec: null, unit: null, quantity: null, unitPrice: null }),
]

function total(lines: readonly InvoiceLine[], of: 'netFen' | 'taxFen' | 'grossFen'): bigint {
  return lines.reduce((sum, each) => sum + each[of], 0n)
}

function contentOf(lines: readonly InvoiceLine[], kind: InvoiceKind): InvoiceContent {
  const party = { address: null, phone: null, bankName: null, bankAccount: null }
  return {
    kind,
    colour: 'blue',
    seller: { ...party, name: '武汉示例茶业有限公司', taxId: '91420111MA49QA0X10' },
    buyer: { ...party, name: NAME, taxId: TAX_ID },
    isPerson: false,
    lines,
    netFen: total(lines, 'netFen'),
    taxFen: total(lines, 'taxFen'),
    grossFen: total(lines, 'grossFen'),
    remark: '订单号：TM-1001',
    drawer: '王芳',
  }
}

type Wanted = {
  title?: Title
  kind?: InvoiceKind
  email?: string
  phone?: string
  lines?: readonly InvoiceLine[]
  content?: Partial<InvoiceContent>
  capabilities?: Partial<IssuerCapabilities>
  settings?: Partial<RuleSettings>
  subject?: Partial<Omit<Subject, 'content' | 'terms' | 'titleFaults'>>
}

/** An invoice that nothing stands against, but for what is wanted otherwise. */
export function subject(wanted: Wanted = {}): Subject {
  const { title = COMPANY, kind = 'ordinary', email = null, phone = null, lines = LINES } = wanted
  const { faults } = checkBuyer({ title, kind, email, phone })
  const content = { ...contentOf(lines, kind), ...wanted.content }
  return {
    content,
    titleFaults: faults,
    terms: {
      capabilities: { ...openScriptedIssuer().issuer.capabilities(), ...wanted.capabilities },
      settings: { ...SHIPPED_SETTINGS, ...wanted.settings },
    },
    on: '2026-11-22',
    remainderFen: content.grossFen,
    arithmetic: 'exact',
    ...wanted.subject,
  }
}

/** The lines with one of them changed; its number as printed. */
export function changed(lineNo: number, set: Partial<InvoiceLine>): InvoiceLine[] {
  return LINES.map((each) => (each.lineNo === lineNo ? { ...each, ...set } : each))
}

type Fixture = { passes: Subject; fails: Subject; field: string }

const company = (set: Partial<Extract<Title, { kind: 'company' }>>): Title => ({
  kind: 'company',
  name: NAME,
  taxId: TAX_ID,
  ...set,
})
const counting = { counts: 'characters' } as const
const buyerOf = (set: Partial<InvoiceContent['buyer']>) => ({
  content: { buyer: { ...subject().content.buyer, ...set } },
})

/** By rule id: an invoice that the rule lets through at its limit, and one that it stops. */
export const FIXTURES: Readonly<Record<string, Fixture>> = {
  'title-name': {
    passes: subject({ title: { kind: 'person' } }),
    fails: subject({ title: { kind: 'foreign', name: ' ' } }),
    field: '/title/name',
  },
  'title-name-length': {
    passes: subject({ title: company({ name: '示'.repeat(100) }) }),
    fails: subject({ title: company({ name: '示'.repeat(101) }) }),
    field: '/title/name',
  },
  'title-name-is-no-tax-id': {
    passes: subject({ title: company({ name: '12306' }) }),
    fails: subject({ title: company({ name: '91420111MA49QA0X10' }) }),
    field: '/title/name',
  },
  'title-tax-id': {
    passes: subject({ title: { kind: 'public_body', name: '武汉市示例小学' } }),
    fails: subject({ title: { kind: 'sole_trader', name: '示例小吃店', taxId: '' } }),
    field: '/title/taxId',
  },
  'title-tax-id-form': {
    passes: subject({ title: company({ taxId: '330100000000001' }) }),
    fails: subject({ title: company({ taxId: '3301000000000012' }) }),
    field: '/title/taxId',
  },
  'title-tax-id-check': {
    passes: subject({ title: company({ taxId: '9142 0111 ma49 qa0x 10' }) }),
    fails: subject({ title: company({ taxId: '91420111MA49QA0X1X' }) }),
    field: '/title/taxId',
  },
  'title-tax-id-is-no-name': {
    passes: subject(),
    fails: subject({ title: company({ taxId: NAME }) }),
    field: '/title/taxId',
  },
  'title-tax-id-is-no-invoice-number': {
    passes: subject({ title: company({ taxId: '11010519491231002X12' }) }),
    fails: subject({ title: company({ taxId: '26422000000123456789' }) }),
    field: '/title/taxId',
  },
  'title-person-ordinary': {
    passes: subject({ title: { kind: 'person' } }),
    fails: subject({ title: { kind: 'person' }, kind: 'special' }),
    field: '/title/kind',
  },
  'title-foreign-ordinary': {
    passes: subject({ title: { kind: 'foreign', name: 'Example GmbH' } }),
    fails: subject({ title: { kind: 'foreign', name: 'Example GmbH' }, kind: 'special' }),
    field: '/title/kind',
  },
  'title-characters': {
    passes: subject({ title: company({ name: '湖北\u200b示例公司' }) }),
    fails: subject({ title: company({ name: '湖北\u202e示例公司' }) }),
    field: '/title/name',
  },
  'email-form': {
    passes: subject({ email: 'a@ex.cn' }),
    fails: subject({ email: 'a@@x' }),
    field: '/email',
  },
  'phone-form': {
    passes: subject({ phone: '+86 138 0013 8000' }),
    fails: subject({ phone: '123' }),
    field: '/phone',
  },
  'buyer-name-fits': {
    passes: subject({ ...buyerOf({ name: '示'.repeat(100) }) }),
    fails: subject({ ...buyerOf({ name: '示'.repeat(101) }) }),
    field: '/title/name',
  },
  'buyer-particulars-fit': {
    passes: subject({ ...buyerOf({ address: '路'.repeat(80) }), capabilities: counting }),
    fails: subject({ ...buyerOf({ address: '路'.repeat(81) }), capabilities: counting }),
    field: '/title/address',
  },
  'item-name-fits': {
    passes: subject({ lines: changed(3, { title: '费'.repeat(90 - 8) }), capabilities: counting }),
    fails: subject({ lines: changed(3, { title: '费'.repeat(91 - 8) }), capabilities: counting }),
    field: '/lines/3/title',
  },
  'item-texts-fit': {
    passes: subject({ lines: changed(3, { unit: '盒'.repeat(20) }), capabilities: counting }),
    fails: subject({ lines: changed(3, { unit: '盒'.repeat(21) }), capabilities: counting }),
    field: '/lines/3/unit',
  },
  'item-numbers-fit': {
    passes: subject({ lines: changed(1, { unitPrice: '15841.5841584158' }), capabilities: counting }),
    fails: subject({ lines: changed(1, { unitPrice: '15841.58415841584' }), capabilities: counting }),
    field: '/lines/1/unitPrice',
  },
  'drawer-fits': {
    passes: subject({ content: { drawer: '王'.repeat(20) }, capabilities: counting }),
    fails: subject({ content: { drawer: '王'.repeat(21) }, capabilities: counting }),
    field: '/orderIds',
  },
  'remark-bytes': {
    passes: subject({ content: { remark: '备'.repeat(210) } }),
    fails: subject({ content: { remark: `${'备'.repeat(210)}a` } }),
    field: '/remark',
  },
  'remark-lines': {
    passes: subject({ content: { remark: '一\n二\n三\n四\n五\n六' } }),
    fails: subject({ content: { remark: '一\n二\n三\n四\n五\n六\n七' } }),
    field: '/remark',
  },
  'remark-fits': {
    passes: subject({ content: { remark: 'a'.repeat(200) }, capabilities: counting }),
    fails: subject({ content: { remark: 'a'.repeat(201) }, capabilities: counting }),
    field: '/remark',
  },
  'lines-at-most': {
    passes: subject({ capabilities: { maxLines: 3 } }),
    fails: subject({ capabilities: { maxLines: 2 } }),
    field: '/orderIds',
  },
  'tax-code': {
    passes: subject(),
    fails: subject({ lines: changed(3, { taxCode: ' ' }) }),
    field: '/lines/3/taxCode',
  },
  'tax-code-digits': {
    passes: subject(),
    fails: subject({ lines: changed(3, { taxCode: '3070401' }) }),
    field: '/lines/3/taxCode',
  },
  'rate-known': {
    passes: subject({ subject: { on: '2019-04-01' } }),
    fails: subject({
      lines: changed(3, { rateBp: 1_600, netFen: 10_000n, taxFen: 1_600n, grossFen: 11_600n }),
    }),
    field: '/lines/3/rateBp',
  },
  'special-without-exempt': {
    passes: subject({ lines: changed(3, { treatment: 'exempt', rateBp: 0, taxFen: 0n, grossFen: 10_000n }) }),
    fails: subject({
      lines: changed(3, { treatment: 'exempt', rateBp: 0, taxFen: 0n, grossFen: 10_000n }),
      kind: 'special',
    }),
    field: '/lines/3/rateBp',
  },
  'discount-behind-its-line': {
    passes: subject(),
    fails: subject({ lines: changed(1, { property: 'normal' }) }),
    field: '/lines/2',
  },
  'discount-same-name-and-rate': {
    passes: subject(),
    fails: subject({ lines: changed(2, { title: '别的商品' }) }),
    field: '/lines/2',
  },
  'discount-not-larger': {
    passes: subject({ lines: changed(2, { netFen: -10_000n, taxFen: -1_300n, grossFen: -11_300n }) }),
    fails: subject({ lines: changed(2, { netFen: -10_001n, taxFen: -1_300n, grossFen: -11_301n }) }),
    field: '/lines/2',
  },
  'line-adds-up': {
    passes: subject(),
    fails: subject({ lines: changed(3, { grossFen: 11_301n }) }),
    field: '/lines/3',
  },
  'line-tax-near': {
    passes: subject({
      lines: changed(3, { netFen: 9_995n, taxFen: 1_305n }),
      subject: { arithmetic: 'tolerant' },
    }),
    fails: subject({
      lines: changed(3, { netFen: 9_993n, taxFen: 1_307n }),
      subject: { arithmetic: 'tolerant' },
    }),
    field: '/lines/3/taxFen',
  },
  'ticket-tax-near': {
    passes: subject({ settings: { off: [], ticketToleranceFen: 0 } }),
    fails: subject({
      lines: changed(3, { netFen: 9_998n, taxFen: 1_302n }),
      settings: { off: [], ticketToleranceFen: 1 },
      subject: { arithmetic: 'tolerant' },
    }),
    field: '/orderIds',
  },
  'own-tax-exact': {
    passes: subject(),
    fails: subject({ lines: changed(3, { netFen: 9_999n, taxFen: 1_301n }) }),
    field: '/lines/3',
  },
  'totals-add-up': {
    passes: subject(),
    fails: subject({ content: { netFen: 18_999n, grossFen: 21_469n } }),
    field: '/orderIds',
  },
  'amount-within-remainder': {
    passes: subject({ subject: { remainderFen: 21_470n } }),
    fails: subject({ subject: { remainderFen: 21_469n } }),
    field: '/orderIds',
  },
  'seller-complete': {
    passes: subject(),
    fails: subject({ content: { drawer: '' } }),
    field: '/orderIds',
  },
}
