import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { contentFromJson, contentToJson } from '../../../server/invoicing/content-json.ts'
import { buildPayload } from '../../../server/issuers/build-payload.ts'
import { draftOf, goodsLine, orderOf, TM_1002 } from '../../support/draft-orders.ts'
import { GOLDEN_REFERENCE, goldenDrafts } from '../../support/golden-drafts.ts'

const FIXTURES = join(import.meta.dirname, '../../fixtures/payloads')

test.for(goldenDrafts())('$name sends the same bytes as ever', ({ name, content }) => {
  const payload = buildPayload(content, GOLDEN_REFERENCE)

  expect(`${payload}\n`).toBe(readFileSync(join(FIXTURES, `${name}.json`), 'utf8'))
})

test('no fixture is without its draft', () => {
  expect(readdirSync(FIXTURES).sort()).toEqual(
    goldenDrafts()
      .map(({ name }) => `${name}.json`)
      .sort(),
  )
})

test('TM-1002 is 1,200.00 with 138.06 tax however it is shown, and 1,000.00 after the red', () => {
  const sums = goldenDrafts()
    .filter(({ name }) => name.startsWith('tm-1002'))
    .map(({ content }) => [content.grossFen, content.taxFen])
  const [red, after] = sums.splice(-2)

  expect(new Set(sums.map(String))).toEqual(new Set(['120000,13806']))
  expect(red?.[0]).toBe(-20_000n)
  expect(after?.[0]).toBe(100_000n)
  expect((red?.[1] ?? 0n) + 13_806n).toBe(after?.[1])
})

test('where a line comes from is kept, and neither issuer nor face learns it', () => {
  const { content } = draftOf([TM_1002])

  expect(contentFromJson(contentToJson(content))).toEqual(content)
  expect(content.lines[2]?.origin).toEqual({ orderId: 'TM-1002', lineNo: 2 })
  expect(buildPayload(content, GOLDEN_REFERENCE)).not.toContain('origin')
})

test('an order of nothing is no invoice, gifts or not', () => {
  const nothing = orderOf({ lines: [goodsLine(0n), goodsLine(500n, { kind: 'gift' })], discountFen: 500n })

  expect(draftOf([nothing]).content.lines).toEqual([])
})
