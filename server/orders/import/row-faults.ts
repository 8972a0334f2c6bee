/** Sentences for rows that are not imported, by code; `code.case` is a narrower sentence of the same code. */
export const ROW_TEXTS = {
  missing_order_no: { zh: '缺少订单号。', en: 'The order number is missing.' },
  bad_order_no: { zh: '订单号格式不正确。', en: 'The order number is not in the right form.' },
  'bad_order_no.excel': {
    zh: '订单号已被 Excel 改成数字，末尾几位已丢失。请重新下载原始文件，不要用 Excel 另存，或先把该列设为“文本”再粘贴。',
    en: 'Excel turned the order number into a number and its last digits are lost. Use the original export without saving it in Excel, or format the column as text first.',
  },
  bad_amount: {
    zh: '金额不正确，应为不小于 0 且最多两位小数的数字。',
    en: 'The amount must be a number of at least 0 with at most two decimals.',
  },
  'bad_amount.blank': { zh: '缺少金额。', en: 'The amount is missing.' },
  bad_time: {
    zh: '时间不正确，应如 2026-01-31 08:30:00。',
    en: 'The time must look like 2026-01-31 08:30:00.',
  },
  bad_quantity: { zh: '数量不正确，应为大于 0 的数字。', en: 'The quantity must be a number above 0.' },
  bad_status: { zh: '缺少订单状态。', en: 'The order status is missing.' },
  formula_cell: {
    zh: '单元格是公式，无法确认其值。请改为数值或文本。',
    en: 'The cell is a formula, so its value cannot be trusted. Replace it by a number or text.',
  },
  text_not_allowed: { zh: '单元格含有不允许的控制字符。', en: 'The cell contains control characters.' },
  duplicate_row: {
    zh: '与前面某一行完全相同，不会重复导入。',
    en: 'The row repeats an earlier one and is not imported twice.',
  },
  conflicting_order: {
    zh: '同一订单号的金额、状态或时间与前面的行不一致，已保留先出现的行。',
    en: 'An earlier row of this order has another amount, status or time; the earlier row stays.',
  },
  amounts_disagree: {
    zh: '商品、运费、优惠与实付金额对不上。',
    en: 'Goods, freight, discount and paid amount do not add up.',
  },
  'amounts_disagree.refund': {
    zh: '退款金额大于实付金额。',
    en: 'The refund is larger than the paid amount.',
  },
  order_incomplete: {
    zh: '同一订单的另一行有误，整笔订单未导入。',
    en: 'Another row of this order is faulty, so the whole order was not imported.',
  },
  too_many_lines: { zh: '该订单的行数过多。', en: 'The order has too many rows.' },
  rows_scattered: {
    zh: '同一订单的行没有排在一起，且此类行过多。请按订单号排序后重新导入。',
    en: 'The rows of this order are apart, and there are too many such rows. Sort the file by order number and import it again.',
  },
  too_many_cells: {
    zh: '该行的列数多于表头，内容可能错位。',
    en: 'The row has more cells than the header, so they may be shifted.',
  },
  broken_quotes: {
    zh: '引号没有成对，该行无法读取。',
    en: 'A quotation mark is not closed, so the row cannot be read.',
  },
  row_too_long: { zh: '单元格或整行过长。', en: 'The cell or row is too long.' },
  row_cut_short: {
    zh: '文件在该行中断，请重新下载。',
    en: 'The file breaks off in this row. Download it again.',
  },
} as const satisfies Record<string, { zh: string; en: string }>

export type RowTextKey = keyof typeof ROW_TEXTS

/** A code is a promise: its wording may change, it may not. */
export type RowFaultCode = Exclude<RowTextKey, `${string}.${string}`>

const NARROWER = {
  'bad_order_no.excel': 'bad_order_no',
  'bad_amount.blank': 'bad_amount',
  'amounts_disagree.refund': 'amounts_disagree',
} as const satisfies Record<Exclude<RowTextKey, RowFaultCode>, RowFaultCode>

/** The code that a sentence belongs to. */
export function codeOf(text: RowTextKey): RowFaultCode {
  return isNarrower(text) ? NARROWER[text] : text
}

function isNarrower(text: RowTextKey): text is keyof typeof NARROWER {
  return Object.hasOwn(NARROWER, text)
}

/** Sentences for a whole file that is refused, by the `reason` among the problem's facts. */
export const FILE_TEXTS = {
  empty: { zh: '文件是空的。', en: 'The file is empty.' },
  encoding: {
    zh: '无法识别文件编码，请另存为 UTF-8 或使用平台导出的原始文件。',
    en: 'The text encoding is not known. Save the file as UTF-8 or use the original export.',
  },
  binary: { zh: '文件不是 CSV 或 XLSX 表格。', en: 'The file is neither a CSV nor an XLSX table.' },
  old_excel: {
    zh: '不支持旧版 .xls 文件，请另存为 .xlsx 或 CSV。',
    en: 'Old .xls files are not supported. Save it as .xlsx or CSV.',
  },
  quotes: {
    zh: '引号不成对或过长的行过多，文件可能已损坏。',
    en: 'Too many rows have unclosed quotation marks or are too long; the file may be damaged.',
  },
  zip: { zh: 'XLSX 文件已损坏。', en: 'The XLSX file is damaged.' },
  xml: { zh: 'XLSX 文件已损坏。', en: 'The XLSX file is damaged.' },
  not_a_workbook: {
    zh: '文件不是 XLSX 工作簿，或没有可见的工作表。',
    en: 'The file is not an XLSX workbook, or it has no visible sheet.',
  },
  encrypted: {
    zh: '文件已加密，请去掉密码后再导入。',
    en: 'The file is encrypted. Remove the password first.',
  },
  macros: {
    zh: '文件含有宏、嵌入文件或外部链接，请另存为普通 .xlsx。',
    en: 'The file has macros, embedded files or external links. Save it as a plain .xlsx.',
  },
  external_link: {
    zh: '文件含有外部链接，请另存为普通 .xlsx。',
    en: 'The file has external links. Save it as a plain .xlsx.',
  },
  doctype: { zh: '文件含有不允许的声明。', en: 'The file contains a declaration that is not allowed.' },
  timeout: { zh: '读取文件用时过长，请拆分后再导入。', en: 'Reading the file takes too long. Split it.' },
  file_bytes: { zh: '文件过大，请拆分后再导入。', en: 'The file is too large. Split it.' },
  rows: { zh: '文件行数过多，请拆分后再导入。', en: 'The file has too many rows. Split it.' },
  columns: { zh: '文件列数过多。', en: 'The file has too many columns.' },
  cell_chars: { zh: '有单元格过长。', en: 'A cell is too long.' },
  zip_entries: { zh: 'XLSX 文件内容过多。', en: 'The XLSX file has too many parts.' },
  zip_inflated: { zh: 'XLSX 文件解压后过大。', en: 'The XLSX file is too large when unpacked.' },
  zip_ratio: { zh: 'XLSX 文件压缩比异常。', en: 'The XLSX file is packed suspiciously tightly.' },
  memory: { zh: 'XLSX 文件过大，请改用 CSV。', en: 'The XLSX file is too large. Use CSV.' },
  header_missing: { zh: '前 20 行内找不到表头。', en: 'No header was found within the first 20 rows.' },
  columns_missing: { zh: '缺少列：{missing}。', en: 'Columns are missing: {missing}.' },
  duplicate_headers: { zh: '表头重复：{repeated}。', en: 'Headers occur twice: {repeated}.' },
  header_formula: { zh: '表头是公式。', en: 'A header is a formula.' },
} as const satisfies Record<string, { zh: string; en: string }>

export type FileReason = keyof typeof FILE_TEXTS

/** The sentence for a rejected row. */
export function describeRow(key: RowTextKey, locale: 'zh' | 'en'): string {
  return ROW_TEXTS[key][locale]
}

/** The sentence for a refused file, from the facts of its Problem; null for a reason not in the table. */
export function describeFile(
  facts: Readonly<Record<string, string | number | bigint>>,
  locale: 'zh' | 'en',
): string | null {
  const reason = facts.reason
  if (typeof reason !== 'string' || !isFileReason(reason)) return null
  return FILE_TEXTS[reason][locale].replaceAll(/\{(\w+)\}/g, (_, name: string) => String(facts[name] ?? ''))
}

function isFileReason(reason: string): reason is FileReason {
  return Object.hasOwn(FILE_TEXTS, reason)
}
