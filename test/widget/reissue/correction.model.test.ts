import { describe, expect, test } from 'vitest'
import {
  askFromCorrection,
  beginCorrection,
  findCorrectionFaults,
  isUnchanged,
} from '../../../widget/reissue/correction.model.ts'

const WHOLE = { buyerName: '武汉错字公司', buyerTaxId: '91420111MA49QA0X10', kind: 'ordinary' } as const
const MASKED = { ...WHOLE, buyerTaxId: '9142**********0X10' }

describe('a correction', () => {
  test('begins with what the invoice says, and is no change until something is typed', () => {
    const begun = beginCorrection('title', WHOLE)

    expect(begun.draft).toMatchObject({ kind: 'company', name: '武汉错字公司', taxId: '91420111MA49QA0X10' })
    expect(isUnchanged(begun)).toBe(true)
    expect(isUnchanged({ ...begun, draft: { ...begun.draft, name: '湖北示例' } })).toBe(false)
  })

  test('of the mail address alone sends no title', () => {
    const begun = beginCorrection('title', WHOLE)

    const ask = askFromCorrection({ ...begun, draft: { ...begun.draft, email: ' a@ex.cn ' } })

    expect(ask).toEqual({ cause: 'title', email: 'a@ex.cn' })
  })

  test('by somebody who sees the tax id masked leaves the field empty and keeps it', () => {
    const begun = beginCorrection('title', MASKED)
    expect(begun.draft.taxId).toBe('')
    const typed = { ...begun, draft: { ...begun.draft, name: '湖北示例科技有限公司' } }

    expect(findCorrectionFaults(typed)).toEqual([])
    expect(askFromCorrection(typed).title).toEqual({
      kind: 'company',
      name: '湖北示例科技有限公司',
      taxId: MASKED.buyerTaxId,
    })
  })

  test('of a masked tax id is still checked', () => {
    const begun = beginCorrection('title', MASKED)

    const faults = findCorrectionFaults({ ...begun, draft: { ...begun.draft, taxId: '914201I1MA49QA0X10' } })

    expect(faults.map(({ field }) => field)).toEqual(['taxId'])
  })

  test('of the kind asks for the other kind and nothing else', () => {
    expect(askFromCorrection(beginCorrection('kind', WHOLE))).toEqual({ cause: 'kind', kind: 'special' })
    expect(askFromCorrection(beginCorrection('kind', { ...WHOLE, kind: 'special' }))).toEqual({
      cause: 'kind',
      kind: 'ordinary',
    })
  })

  test('to a public body, a sole trader or a buyer abroad sends what they are', () => {
    const begun = beginCorrection('title', WHOLE)
    const { taxId } = begun.draft
    const titleOf = (typed: Partial<typeof begun.draft>) =>
      askFromCorrection({ ...begun, draft: { ...begun.draft, ...typed } }).title

    expect(titleOf({ kind: 'sole_trader' })).toEqual({ kind: 'sole_trader', name: '武汉错字公司', taxId })
    expect(titleOf({ kind: 'public_body', name: '示例小学', taxId: '' })).toEqual({
      kind: 'public_body',
      name: '示例小学',
      taxId: null,
    })
    expect(titleOf({ kind: 'foreign', name: 'Example GmbH', address: '某路1号' })).toEqual({
      kind: 'foreign',
      name: 'Example GmbH',
    })
  })

  test('of an invoice without a tax id finds the name in place, whoever the buyer turns out to be', () => {
    const begun = beginCorrection('title', { ...WHOLE, buyerName: '示例小学', buyerTaxId: null })
    expect(begun.draft).toMatchObject({ kind: 'person', personName: '示例小学' })

    const body = { ...begun, draft: { ...begun.draft, kind: 'public_body' as const } }

    expect(findCorrectionFaults(body)).toEqual([])
    expect(askFromCorrection(body).title).toEqual({ kind: 'public_body', name: '示例小学', taxId: null })
  })

  test('to a person drops the tax id, and sends only particulars that were typed', () => {
    const begun = beginCorrection('title', WHOLE)
    const { draft } = begun

    expect(
      askFromCorrection({ ...begun, draft: { ...draft, kind: 'person', personName: '张三' } }).title,
    ).toEqual({
      kind: 'person',
      name: '张三',
    })
    expect(askFromCorrection({ ...begun, draft: { ...draft, bankName: '建设银行' } }).title).toMatchObject({
      name: '武汉错字公司',
      bankName: '建设银行',
    })
  })
})
