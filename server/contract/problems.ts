/** Whose move it is: decides the tone of the message and who is woken up. */
export type ProblemSource = 'client' | 'merchant' | 'policy' | 'platform' | 'issuer' | 'server'

type Row = { readonly status: number; readonly source: ProblemSource; readonly retry: boolean }

const client = (status: number): Row => ({ status, source: 'client', retry: false })
const policy = (status: number): Row => ({ status, source: 'policy', retry: false })

/** Every refusal a caller can act on. A code is a promise: its wording may change, it may not. */
export const PROBLEMS = {
  // The request itself.
  request_malformed: client(400), // not JSON, bad encoding, bad content type
  request_invalid: client(422), // well-formed, but a field is not acceptable
  request_too_large: client(413),
  media_type_unsupported: client(415),
  route_not_found: client(404),
  method_not_allowed: client(405),
  text_not_allowed: client(422), // control characters, lone surrogates, invisible marks
  idempotency_key_missing: client(400),
  idempotency_key_invalid: client(400),
  idempotency_key_reused: client(409), // same key, other body
  request_in_progress: { status: 409, source: 'client', retry: true },
  rate_limited: { status: 429, source: 'policy', retry: true },

  // Tokens. In production every one of them is answered as `token_invalid`.
  token_missing: client(401),
  token_invalid: client(401),
  token_expired: client(401),
  token_replayed: client(401),
  token_not_allowed: client(403), // a good token for another surface or scope
  link_invalid: client(401), // altered, expired or revoked link: one neutral answer
  host_proof_refused: client(401), // a console's word that does not hold, for whatever reason

  // Staff: names and passwords that are unknown, wrong, used or closed are one answer.
  login_refused: client(401),
  login_expired: client(401), // the second step without a first, or ten minutes after it
  page_foreign: client(403), // where a cookie counts: another site's page, or a request that does not say
  staff_session_not_found: client(404),
  staff_locked: { status: 429, source: 'policy', retry: true }, // too many wrong ones; a shop admin unlocks
  staff_not_found: client(404),
  step_up_needed: policy(403), // a fresh code of the authenticator, in X-Step-Up
  step_up_refused: client(403), // wrong, or used before

  // Orders. `order_not_found` is also "not yours" and "wrong proof".
  order_not_found: client(404),
  order_ambiguous: client(409),
  order_number_invalid: client(422),
  order_number_taken: client(409),
  order_version_stale: client(409),
  order_amounts_disagree: client(422),
  proof_cooldown: { status: 429, source: 'policy', retry: true },
  move_not_allowed: policy(409),

  // 为什么不能开 (F1): one plain reason each.
  order_not_paid: policy(409),
  order_cancelled: policy(409),
  order_in_review: policy(409),
  order_status_unknown: policy(409),
  order_refund_in_progress: policy(409),
  order_refund_unclear: policy(409),
  order_fully_refunded: policy(409),
  order_already_invoiced: policy(409),
  order_being_invoiced: policy(409),
  order_deadline_passed: policy(409),
  order_not_invoiceable: policy(409),
  order_changed: policy(409), // the order changed between the form and the submit
  order_merged_invoiced: policy(409), // with others, on one invoice
  order_correction_pending: policy(409), // another invoice over it carries too much until it is corrected
  override_reason_missing: client(422), // staff past the deadline say why (F24)

  // Merging (F25). Each order that does not fit stands under `errors` with its own reason.
  orders_not_mergeable: policy(409),
  order_other_buyer: policy(409),
  order_other_shop: policy(409),

  // Review (S1-05) and what follows a rejection (F9).
  review_own_request: policy(403),
  review_item_changed: policy(409), // it moved on since it was shown
  fix_field_not_asked: client(422),

  // Pre-flight (S0-22). Field and sentence each, all at once under `errors`.
  preflight_failed: client(422),
  title_name_missing: client(422),
  title_name_too_long: client(422),
  title_name_is_tax_id: client(422),
  title_tax_id_missing: client(422),
  title_tax_id_invalid: client(422),
  title_tax_id_check_failed: client(422),
  title_tax_id_is_name: client(422),
  title_tax_id_is_invoice_number: client(422), // twenty digits: a pasted 发票号码
  title_person_special: client(422), // 专票 needs a company
  title_foreign_special: client(422), // 境外: 普票 alone
  email_invalid: client(422),
  phone_invalid: client(422),
  remark_too_long: client(422),
  text_too_long: client(422), // longer than the issuer takes
  line_rate_missing: { status: 422, source: 'merchant', retry: false },
  line_tax_code_missing: { status: 422, source: 'merchant', retry: false },
  line_rate_unknown: { status: 422, source: 'merchant', retry: false },
  line_quantity_invalid: { status: 422, source: 'merchant', retry: false }, // too fine for issuer and amount
  line_tax_code_invalid: { status: 422, source: 'merchant', retry: false }, // not 19 digits
  line_exempt_special: { status: 422, source: 'merchant', retry: false }, // 免税 on a 专票
  lines_disagree: { status: 422, source: 'merchant', retry: false }, // sums, taxes or discounts of lines
  lines_too_many: { status: 422, source: 'merchant', retry: false },
  seller_incomplete: { status: 422, source: 'merchant', retry: false },
  amount_above_remainder: policy(422),
  amount_above_limit: { status: 422, source: 'merchant', retry: false }, // one piece costs more than an invoice may carry

  // Invoices and documents.
  invoice_request_not_found: client(404),
  invoice_not_found: client(404),
  document_not_ready: { status: 409, source: 'issuer', retry: true },
  resend_limit_reached: policy(429),
  reply_outdated: policy(409), // the state changed since the sentence was drawn

  // 换开 and 红冲.
  reissue_not_found: client(404),
  reissue_not_possible: policy(409), // a red invoice, or one that was taken back
  reissue_identical: client(422), // the new invoice would say what the old one says
  reissue_nothing_to_correct: policy(409), // no completed refund stands against it
  reissue_method_not_possible: policy(422), // the issuer or the reason does not allow it
  reissue_limit_reached: policy(409),
  reissue_field_not_allowed: policy(422),
  reissue_plan_changed: policy(409), // not the plan that was shown any more

  // Imports.
  import_file_unreadable: client(422),
  import_file_too_large: client(413),
  import_layout_unknown: client(422),
  import_not_found: client(404),

  // Reveals, links, shops.
  reveal_reason_missing: client(422),
  reveal_budget_spent: policy(429),
  shop_not_found: client(404),
  link_not_found: client(404),
  ticket_not_found: client(404),
  exception_not_found: client(404),
  title_not_found: client(404), // not in this customer's book

  // The outside and ourselves.
  host_unavailable: { status: 503, source: 'platform', retry: true }, // a console's own server does not answer
  issuer_unavailable: { status: 503, source: 'issuer', retry: true },
  service_unavailable: { status: 503, source: 'server', retry: true },
  storage_full: { status: 503, source: 'server', retry: true },
  unexpected: { status: 500, source: 'server', retry: false },
} as const satisfies Record<string, Row>

export type ProblemCode = keyof typeof PROBLEMS
