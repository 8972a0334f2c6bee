import { expect, test } from 'vitest'
import { projectFiles, readSource } from './sources.ts'

/** Fen leave `bigint` in `jsonFen` alone; the bureau simulator is another house and counts in JSON numbers. */
const ALLOWED = ['server/invoicing/money.ts']

/** A float, or a way to make one, beside an amount. */
const FLOATS = [
  /\b(?:Number|parseFloat|parseInt)\(\s*[\w.]*[fF]en\b/,
  /\bMath\.(?:round|floor|ceil|trunc)\([^)]*[fF]en\b/,
  /^(?!.*bytes).*\.toFixed\(/,
  /[fF]en\b\s*[*/+-]\s*\d+(?:\.\d+)?(?![\d\w_])/,
]

const findFloats = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => !/^\s*(\/\/|\*|\/\*)/.test(line))
    .filter((line) => FLOATS.some((float) => float.test(line)))

test('no amount becomes a float on the server', () => {
  const files = projectFiles().filter(
    (file) => /^server\/.*\.ts$/.test(file) && !/^server\/(bureau|database\/generated)\//.test(file),
  )
  const found = files
    .filter((file) => !ALLOWED.includes(file))
    .flatMap((file) => findFloats(readSource(file)).map((line) => `${file}: ${line.trim()}`))

  expect(files.length).toBeGreaterThan(100)
  expect(found).toEqual([])
})

test.for([
  'const yuan = Number(order.paidFen) / 100',
  'return parseFloat(fen)',
  'const tax = Math.round(grossFen * 0.13)',
  'return (value / 100).toFixed(2)',
  'const half = grossFen / 2',
  'const tax = netFen * 0.13',
])('%s would be found', (line) => {
  expect(findFloats(line)).toEqual([line])
})

test.for([
  'const tax = grossFen * 10_000n',
  'const cents = fen % 10n',
  '// grossFen / 2',
  'grossFen: jsonFen(grossFen),',
])('%s is fine', (line) => {
  expect(findFloats(line)).toEqual([])
})
