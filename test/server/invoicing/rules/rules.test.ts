import { describe, expect, test } from 'vitest'
import { PROBLEMS } from '../../../../server/contract/problems.ts'
import { SENTENCES } from '../../../../server/http/sentences.ts'
import { RULES, runRules } from '../../../../server/invoicing/rules/rules.ts'
import shipped from '../../../../server/invoicing/rules/settings.json' with { type: 'json' }
import { readRuleSettings, SHIPPED_SETTINGS } from '../../../../server/invoicing/rules/settings.ts'
import { en } from '../../../../widget/i18n/en.ts'
import { zhProblems } from '../../../../widget/i18n/zh-problems.ts'
import { changed, FIXTURES, LINES, subject } from './rule-fixtures.ts'

test('an invoice as it should be has nothing against it', () => {
  expect(runRules(subject())).toEqual([])
})

test('every rule has its fixtures, and none is left over', () => {
  expect(Object.keys(FIXTURES).sort()).toEqual(RULES.map(({ id }) => id).sort())
})

describe.for(RULES)('$id', ({ id, code, basis, since, check }) => {
  const fixture = FIXTURES[id]

  test('lets through what is just within it', () => {
    expect(fixture && check(fixture.passes)).toEqual([])
    expect(fixture && runRules(fixture.passes)).toEqual([])
  })

  test('stops what is beyond it, with its code at its field and nothing else', () => {
    expect(fixture && runRules(fixture.fails)).toEqual([{ code, field: fixture?.field }])
    expect(fixture && check(fixture.fails)).toEqual([fixture?.field])
  })

  test('names its basis and version, and speaks both languages', () => {
    expect(basis).toMatch(/\S{4}/)
    expect(since).toMatch(/^\d+$/)
    expect(PROBLEMS[code].status).toBe(422)
    expect(
      [SENTENCES[code], en.problems[code], zhProblems[code]].every((text) => (text?.length ?? 0) > 5),
    ).toBe(true)
  })
})

test('everything that is wrong is told at once', () => {
  const broken = subject({
    title: { kind: 'company', name: '', taxId: '26422000000123456789' },
    lines: changed(3, { taxCode: '1', unit: '盒'.repeat(200) }),
    content: { remark: '备'.repeat(300), drawer: '' },
  })

  expect(runRules(broken).map(({ code, field }) => `${field} ${code}`)).toEqual([
    '/title/name title_name_missing',
    '/title/taxId title_tax_id_is_invoice_number',
    '/lines/3/unit text_too_long',
    '/remark remark_too_long',
    '/lines/3/taxCode line_tax_code_invalid',
    '/orderIds seller_incomplete',
  ])
})

test('a rule that public sources do not settle can be switched off, any other stays', () => {
  const off = RULES.map(({ id }) => id)
  const exempt = FIXTURES['special-without-exempt']?.fails
  const unknown = FIXTURES['rate-known']?.fails
  if (exempt === undefined || unknown === undefined) throw new Error('both have fixtures')
  const without = (one: typeof exempt) => ({
    ...one,
    terms: { ...one.terms, settings: { ...one.terms.settings, off } },
  })

  expect(runRules(without(exempt))).toEqual([])
  expect(runRules(without(unknown))).toHaveLength(1)
})

test('three bytes a character where the issuer counts bytes', () => {
  const spec = '规'.repeat(50)

  expect(runRules(subject({ lines: changed(3, { spec }) }))).toEqual([])
  expect(runRules(subject({ lines: changed(3, { spec: `${spec}a` }) }))).toEqual([
    { code: 'text_too_long', field: '/lines/3/spec' },
  ])
  expect(
    runRules(
      subject({ lines: changed(3, { spec: 'a'.repeat(41) }), capabilities: { counts: 'characters' } }),
    ),
  ).toHaveLength(1)
})

test('a rate is known from its first day to the day before its last, for the codes it is meant for', () => {
  const rate = { rateBp: 1_300, from: '2026-01-01', until: '2026-12-31', codes: ['1030'], basis: 'test' }
  const on = (day: string, codes = rate.codes) =>
    runRules(subject({ settings: { legalRates: [{ ...rate, codes }] }, subject: { on: day } })).length

  expect([on('2025-12-31'), on('2026-01-01'), on('2026-12-30'), on('2026-12-31')]).toEqual([3, 0, 0, 3])
  expect(on('2026-06-01', ['304'])).toBe(LINES.length)
})

test('what others computed may be six fen off, what is ours not one', () => {
  const lines = changed(3, { netFen: 9_995n, taxFen: 1_305n })

  expect(runRules(subject({ lines, subject: { arithmetic: 'tolerant' } }))).toEqual([])
  expect(runRules(subject({ lines }))).toEqual([{ code: 'lines_disagree', field: '/lines/3' }])
})

describe('settings of a merchant’s own', () => {
  test('are read as they are written', () => {
    expect(readRuleSettings(structuredClone(shipped))).toEqual(SHIPPED_SETTINGS)
  })

  test.each([
    null,
    [],
    {},
    { ...shipped, off: 'remark-lines' },
    { ...shipped, taxToleranceFen: '6' },
    { ...shipped, taxToleranceFen: 0.5 },
    { ...shipped, legalRates: [{ ...shipped.legalRates[0], from: '01.04.2019' }] },
    { ...shipped, legalRates: [{ ...shipped.legalRates[0], rateBp: -1 }] },
    { ...shipped, textLimits: { characters: shipped.textLimits.characters } },
  ])('that cannot be used are refused: %#', (value) => {
    expect(() => readRuleSettings(value)).toThrow(/^rule settings: /)
  })
})
