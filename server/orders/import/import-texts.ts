import type { ProblemCode } from '../../contract/problems.ts'
import { describeRow, ROW_TEXTS, type RowTextKey } from './row-faults.ts'

export type Locale = 'zh' | 'en'

/** Why an order that was read well did not come in. */
const ORDER_TEXTS = {
  order_amounts_disagree: {
    zh: '订单金额对不上，未导入。',
    en: 'The amounts of the order do not add up, so it was not imported.',
  },
  order_number_invalid: { zh: '订单号格式不正确。', en: 'The order number is not in the right form.' },
  order_number_taken: {
    zh: '文件中已有相同订单号的订单。',
    en: 'Another order of the file has this number.',
  },
  order_already_invoiced: {
    zh: '该订单已开票，实付金额不能再改。',
    en: 'The order has been invoiced, so its paid amount cannot change.',
  },
  unexpected: {
    zh: '该订单无法保存，请联系我们。其他订单不受影响。',
    en: 'The order could not be saved; please contact us. The other orders are not affected.',
  },
} as const satisfies Partial<Record<ProblemCode, { zh: string; en: string }>>

/** What happened to a whole file, apart from what its reader says. */
const RUN_TEXTS = {
  interrupted: {
    zh: '服务器中途停止，导入被中断。请重新上传：已导入的订单不会重复。',
    en: 'The server stopped during the import. Upload the file again: nothing is added twice.',
  },
  failed: {
    zh: '导入因内部错误中断。请重新上传：已导入的订单不会重复。',
    en: 'The import failed on our side. Upload the file again: nothing is added twice.',
  },
} as const

export type OrderTextKey = keyof typeof ORDER_TEXTS
export type ImportTextKey = RowTextKey | OrderTextKey | 'header'

/** The sentence of a refusal; codes that no import meets share one. */
export function orderTextKey(code: ProblemCode): OrderTextKey {
  return isOrderText(code) ? code : 'unexpected'
}

function isOrderText(code: string): code is OrderTextKey {
  return Object.hasOwn(ORDER_TEXTS, code)
}

export function describeRejection(key: ImportTextKey, locale: Locale): string {
  if (key === 'header') return ''
  if (isOrderText(key)) return ORDER_TEXTS[key][locale]
  return Object.hasOwn(ROW_TEXTS, key) ? describeRow(key, locale) : ORDER_TEXTS.unexpected[locale]
}

export function describeRun(key: keyof typeof RUN_TEXTS): string {
  return `${RUN_TEXTS[key].zh} ${RUN_TEXTS[key].en}`
}
