import type { FixField } from '../contract/invoicing.ts'
import type { AskedTitle, InvoiceRequest } from './request.store.ts'
import { titleOf } from './title-of.ts'

/** What an issuer's refusal asks to correct. Codes that are not the buyer's to mend lead nowhere. */
const BY_CODE: Readonly<Record<string, readonly FixField[]>> = {
  E9144: ['name'],
  E9145: ['taxId'],
  E9146: ['taxId'],
  1108: ['name', 'taxId'],
}

/**
 * What may be corrected so that a rejected request goes on (F9): what the reviewer named, or what the
 * issuer's code is about. A person has no tax id to correct.
 */
export function fixFieldsOf(
  request: Pick<InvoiceRequest, 'state' | 'rejectFields' | 'rejectCode' | 'reissueId'>,
  isPerson: boolean,
): readonly FixField[] {
  const { state, rejectFields, rejectCode, reissueId } = request
  // The new blue of a reissue goes on with its saga.
  if (state !== 'rejected' || reissueId !== null) return []
  const fields = rejectFields.length > 0 ? rejectFields : (BY_CODE[rejectCode ?? ''] ?? [])
  return isPerson ? fields.filter((field) => !COMPANY_ONLY.has(field)) : fields
}

const COMPANY_ONLY: ReadonlySet<FixField> = new Set([
  'taxId',
  'address',
  'companyPhone',
  'bankName',
  'bankAccount',
])

/** What stands in each field now. */
export function valuesOf(
  asked: AskedTitle,
  { remark, isPerson }: Pick<InvoiceRequest, 'remark' | 'isPerson'>,
): Record<FixField, string | null> {
  const { buyer, email, phone } = asked
  const title = titleOf({ ...asked, isPerson })
  return {
    name: title.name ?? null,
    taxId: buyer.taxId,
    email,
    phone,
    address: buyer.address,
    companyPhone: buyer.phone,
    bankName: buyer.bankName,
    bankAccount: buyer.bankAccount,
    remark,
  }
}
