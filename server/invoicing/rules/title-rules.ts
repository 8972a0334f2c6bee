import type { ProblemCode } from '../../contract/problems.ts'
import type { Rule } from './rule.ts'

/** The faults are found by the check that the page runs too (widget/title); here they get their basis. */
function titleRule(id: string, code: ProblemCode, basis: string): Rule {
  return {
    id,
    code,
    since: '1',
    basis,
    check: ({ titleFaults }) => titleFaults.filter((fault) => fault.code === code).map(({ field }) => field),
  }
}

/** The buyer by type and kind, and where the invoice goes. */
export const TITLE_RULES: readonly Rule[] = [
  titleRule('title-name', 'title_name_missing', 'facts/invoicing.md §5'),
  titleRule('title-name-length', 'title_name_too_long', 'facts/invoicing.md §1.4'),
  titleRule('title-name-is-no-tax-id', 'title_name_is_tax_id', 'facts/invoicing.md §5'),
  titleRule('title-tax-id', 'title_tax_id_missing', '国家税务总局公告2017年第16号; facts/invoicing.md §5'),
  titleRule('title-tax-id-form', 'title_tax_id_invalid', 'facts/invoicing.md §5'),
  titleRule('title-tax-id-check', 'title_tax_id_check_failed', 'GB 32100-2015'),
  titleRule('title-tax-id-is-no-name', 'title_tax_id_is_name', 'facts/invoicing.md §5'),
  titleRule(
    'title-tax-id-is-no-invoice-number',
    'title_tax_id_is_invoice_number',
    '国家税务总局公告2024年第11号 art. 4; facts/invoicing.md §5',
  ),
  titleRule('title-person-ordinary', 'title_person_special', 'facts/invoicing.md §5'),
  titleRule('title-foreign-ordinary', 'title_foreign_special', 'facts/invoicing.md §5'),
  titleRule('title-characters', 'text_not_allowed', 'XML 1.0 §2.2; facts/trust.md §3'),
  titleRule('email-form', 'email_invalid', 'RFC 5321; facts/trust.md §3'),
  titleRule('phone-form', 'phone_invalid', 'facts/trust.md §3'),
]
