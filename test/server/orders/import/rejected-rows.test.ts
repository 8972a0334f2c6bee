import { expect, test } from 'vitest'
import { writeRejectedRows } from '../../../../server/orders/import/rejected-rows.ts'
import { runImport } from './import.fixture.ts'

async function write(text: string, locale?: 'zh' | 'en'): Promise<string> {
  const { opened, rejected } = await runImport(text)
  let written = ''
  for await (const piece of writeRejectedRows(opened.headers, rejected, locale)) written += piece
  return written
}

test('the download has the own columns, the place and the reason', async () => {
  const written = await write('订单号,实付金额,备注\nA-000001,1.005,"说""好"""\nA-000002,1,\n')

  expect(written).toBe(
    '\uFEFF"订单号","实付金额","备注","行号","表格行","列","原因"\r\n' +
      '"A-000001","1.005","说""好""","1","2","实付金额","金额不正确，应为不小于 0 且最多两位小数的数字。"\r\n',
  )
})

test('no cell of the download starts a formula', async () => {
  const written = await write('订单号,实付金额,备注\nA-000001,x,=cmd|calc\nA-000002,=1+1,@sum\n', 'en')

  expect(written).toContain(`"'=cmd|calc"`)
  expect(written).toContain(`"'=1+1","'@sum"`)
  expect(written).toContain('"Row","Sheet row","Column","Reason"')
})

test('a repaired download can be imported again', async () => {
  const written = await write(
    '订单编号,买家应付货款,买家实际支付金额,订单状态\n="3004875616743834904",10,x,交易成功\n',
  )
  const { orders, rejected } = await runImport(written.replace('"x"', '"10"'))

  expect(rejected).toEqual([])
  expect(orders).toMatchObject([{ number: '3004875616743834904', paidFen: 1000n }])
})
