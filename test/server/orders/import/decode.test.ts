import { expect, test } from 'vitest'
import { decodeText, inspectFile } from '../../../../server/orders/import/decode.ts'
import { bytesSource, IMPORT_LIMITS } from '../../../../server/orders/import/source.ts'

const inspect = (bytes: Uint8Array, limits = {}) =>
  inspectFile(bytesSource(bytes), { ...IMPORT_LIMITS, ...limits })

// 订单号,姓名 in GB18030, the name with a character of four bytes (𠮷).
const GB = Buffer.from('b6a9b5a5bac52cd0d5c3fb0d0a95 32 82 36'.replaceAll(' ', ''), 'hex')

test.each([
  ['UTF-8 with a mark', Buffer.from('\uFEFF订单号'), 'utf-8'],
  ['UTF-8 without one', Buffer.from('订单号,姓名'), 'utf-8'],
  ['plain ASCII', Buffer.from('a,b,c\n'), 'utf-8'],
  ['UTF-16LE with a mark', Buffer.from('\uFEFF订单号', 'utf16le'), 'utf-16le'],
  ['UTF-16BE with a mark', Buffer.from('\uFEFF订单号', 'utf16le').swap16(), 'utf-16be'],
  ['GB18030', GB, 'gb18030'],
])('%s is recognised', async (_, bytes, encoding) => {
  expect(await inspect(bytes)).toMatchObject({ format: 'csv', encoding })
})

test('Chinese that comes after a megabyte of ASCII still decides', async () => {
  const bytes = Buffer.concat([Buffer.from('a,b,c\n'.repeat(200_000)), GB])

  expect(await inspect(bytes)).toMatchObject({ encoding: 'gb18030' })
})

test('a character cut in two by a piece of the stream is not damage', async () => {
  const bytes = Buffer.concat([Buffer.from('a'.repeat(64 * 1024 - 1)), Buffer.from('订单号')])

  const inspection = await inspect(bytes)
  const pieces: string[] = []
  for await (const piece of decodeText(bytesSource(bytes), 'utf-8')) pieces.push(piece)

  expect(inspection).toMatchObject({ encoding: 'utf-8' })
  expect(pieces.join('').endsWith('a订单号')).toBe(true)
})

test.each([
  ['an empty file', Buffer.alloc(0), 'empty'],
  [
    'bytes of no encoding',
    Buffer.from('订单号\xff\xff\xff,a,b,c'.repeat(3), 'latin1').fill(0xff, 2, 6),
    'encoding',
  ],
  ['a file that promises UTF-8 and breaks it', Buffer.from('efbbbfb6a9b5a5', 'hex'), 'encoding'],
  ['UTF-8 that breaks off within a character', Buffer.from('\uFEFF订单').subarray(0, -1), 'encoding'],
  ['UTF-16 without a mark', Buffer.from('order,paid\n', 'utf16le'), 'binary'],
  ['an old Excel file', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'old_excel'],
])('%s is refused by name', async (_, bytes, reason) => {
  await expect(inspect(bytes)).rejects.toMatchObject({ code: 'import_file_unreadable', facts: { reason } })
})

test('a file over the limit is refused before and while it is read', async () => {
  const bytes = Buffer.from('a,b\n'.repeat(100))
  const lying = { size: 1, open: () => bytesSource(bytes).open() }
  const refusal = { code: 'import_file_too_large', facts: { reason: 'file_bytes', limit: 100 } }

  await expect(inspect(bytes, { csvBytes: 100 })).rejects.toMatchObject(refusal)
  await expect(inspectFile(lying, { ...IMPORT_LIMITS, csvBytes: 100 })).rejects.toMatchObject(refusal)
})

test('the same bytes have the same sha256, whatever is in them', async () => {
  const one = await inspect(Buffer.from('订单号,实付金额\n'))
  const other = await inspect(Buffer.from('订单号,实付金额\n'))

  expect(one.sha256).toBe(other.sha256)
  expect(one.sha256).toMatch(/^[0-9a-f]{64}$/)
})
