import type { IssuedInvoice } from '../invoicing/invoice.ts'

/**
 * 备注 as face and data file print it. A red invoice begins with the two numbers that say what it takes
 * back, in the bureau's words (facts/invoicing.md §3.1); the content's own remark follows on its own line.
 */
export function faceRemark({ reversal, remark }: Pick<IssuedInvoice, 'reversal' | 'remark'>): string {
  if (reversal === null) return remark
  const { blueNumber, formNumber } = reversal
  const reference = `被红冲蓝字数电票号码：${blueNumber} 红字发票信息确认单编号：${formNumber}`
  return remark === '' ? reference : `${reference}\n${remark}`
}
