import type { InvoiceHint } from './imported-order.ts'

const CODES = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
const MAX_HINT_CHARS = 500

/** Unified social credit code of 18 characters: the last one is the check character (GB 32100-2015). */
export function hasCheckCharacter(taxId: string): boolean {
  if (!/^[0-9A-HJ-NPQRTUWXY]{18}$/.test(taxId)) return false
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * CODES.indexOf(taxId[index] ?? ''), 0)
  return CODES[(31 - (sum % 31)) % 31] === taxId[17]
}

const COMPANY =
  /[\p{L}\p{N}()（）·&]{2,60}?(?:有限责任公司|股份有限公司|有限公司|公司|事务所|合作社|经营部|商行|工厂|医院|学校|大学|中心|厂)/u
const LEAD = /^(?:.*(?:开票|发票|抬头|公司名称|单位名称|专票|普票)(?:是|为|名称)?)(?=.{4})/u
const ABOUT_INVOICE = /发票|开票|专票|普票|抬头|税号/

type HintSource = {
  readonly invoiceTitle: string | null
  readonly taxId: string | null
  /** Buyer's message first: it weighs more than the seller's memo. */
  readonly messages: readonly (string | null)[]
}

/** What messages and the 发票抬头 column say about an invoice. A tax id counts only when its check character agrees. */
export function findInvoiceHint({ invoiceTitle, taxId, messages }: HintSource): InvoiceHint {
  const found = messages
    .filter((message) => message !== null)
    .map((message) => ({ message, taxId: findTaxId(message) }))
    .filter((one) => one.taxId !== null || ABOUT_INVOICE.test(one.message))
  const best = found.find((one) => one.taxId !== null) ?? found[0] ?? null
  const said = best === null ? null : findCompany(best.message)
  const ownTaxId = taxId === null ? null : findTaxId(taxId)
  // A tax id and the name beside it belong together; the column may name somebody else.
  const isPair = ownTaxId === null && said !== null && best?.taxId !== null
  return {
    title: isPair ? said : (invoiceTitle ?? said),
    taxId: ownTaxId ?? best?.taxId ?? null,
    text: best === null ? null : best.message.slice(0, MAX_HINT_CHARS),
  }
}

function findTaxId(text: string): string | null {
  const words =
    text
      .normalize('NFKC')
      .toUpperCase()
      .slice(0, 2_000)
      .match(/[0-9A-Z]+/g) ?? []
  return words.find(hasCheckCharacter) ?? null
}

function findCompany(text: string): string | null {
  const name = COMPANY.exec(text.slice(0, MAX_HINT_CHARS))?.[0]
  return name === undefined ? null : name.replace(LEAD, '')
}
