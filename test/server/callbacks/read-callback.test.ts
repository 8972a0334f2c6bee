import { expect, test } from 'vitest'
import { readCallback } from '../../../server/callbacks/read-callback.ts'

test('what it is about is read, and nothing else of it', () => {
  expect(readCallback('operater=callback&orderno=FS0001ABCD&content=%7B%22c_status%22%3A%221%22%7D')).toEqual(
    {
      kind: 'sheet',
      serial: 'FS0001ABCD',
    },
  )
  expect(readCallback('operater=redConfirmCallback&orderno=RED00001&content=%7B%7D')).toEqual({
    kind: 'form',
    serial: 'RED00001',
  })
})

test.for([
  ['nothing', ''],
  ['an operater that we do not follow', 'operater=invoiceInvalid&orderno=FS0001ABCD'],
  ['a name from a prototype', 'operater=constructor&orderno=FS0001ABCD'],
  ['no serial', 'operater=callback'],
  ['a serial that is a path', 'operater=callback&orderno=../../etc/passwd'],
  ['a serial with a quote', "operater=callback&orderno=FS0001ABCD' OR 1=1"],
  ['a serial without end', `operater=callback&orderno=${'A'.repeat(65)}`],
  ['JSON', '{"operater":"callback","orderno":"FS0001ABCD"}'],
])('%s is no callback', ([, body]) => {
  expect(readCallback(body ?? '')).toBeNull()
})
