import { checkTitle, PERSON_NAME } from '../../widget/title/check-title.ts'
import type { Title } from '../contract/invoicing.ts'
import type { TitleHint } from './order.ts'

/** What a name of a person's length can also be: 小米科技, 武汉大学, 市公安局. */
const ORGANISATION =
  /(?:公司|集团|科技|商贸|贸易|大学|中学|小学|学校|学院|医院|银行|中心|协会|学会|商会|基金|工厂|[厂店行社所局部院校馆站室会处办队场园坊])$/u

/**
 * The title under which an order is invoiced without anybody looking: a company whose name and tax id pass
 * the check, or a person. Null where a person should look: an invoice to the wrong title costs a red one.
 */
export function titleFromHint({ name, taxId }: TitleHint): Title | null {
  if (taxId === null)
    return name !== null && isPersonName(name) ? { kind: 'person', name: name.trim() } : null
  const typed = { name: name ?? '', taxId }
  const { faults } = checkTitle({ kind: 'company', invoiceKind: 'ordinary', ...typed })
  return faults.length === 0 ? { kind: 'company', ...typed } : null
}

function isPersonName(text: string): boolean {
  const name = text.trim()
  return name === PERSON_NAME || (/^\p{Script=Han}{2,4}$/u.test(name) && !ORGANISATION.test(name))
}
