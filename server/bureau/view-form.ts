import { type Form, formState, issuedRedOf, redOf } from './forms.ts'
import type { FormRefused, Numbered } from './records.ts'
import { instant } from './view-entry.ts'

const MIN_POLL_MS = 500
const MAX_POLL_MS = 5_000

/** How a form ended, in the bureau's words (facts/invoicing.md §6.1). */
const END_WORDS = {
  '05': '作废（销方录入购方否认）',
  '07': '作废（超72小时未确认）',
  '08': '作废（发起方已撤销）',
  '10': '作废（异常凭证）',
} as const

type Viewing = { readonly blue: Numbered | null; readonly nowMs: number; readonly waitingPollMs: number }

/** What create, query and revoke say about a form; time alone moves it on. */
export function viewForm(form: Form, { blue, nowMs, waitingPollMs }: Viewing) {
  const stands = formState(form, nowMs)
  const { formSerial, formNumber } = form
  const known = { formSerial, formState: stands }
  if (stands === '15') return { ...known, state: 'accepted', pollAfterMs: pollAfter(form.readyMs - nowMs) }
  if (stands === '02') {
    const until = instant(form.untilMs ?? nowMs)
    return { ...known, state: 'waiting_buyer', formNumber, until, pollAfterMs: waitingPollMs }
  }
  if (stands !== '01' && stands !== '04')
    return { ...known, state: 'ended', formNumber, code: stands, message: END_WORDS[stands] }

  const red = issuedRedOf(form, nowMs)
  if (red === null) {
    const dueMs = redOf(form)?.dueMs ?? nowMs
    return { ...known, state: 'accepted', formNumber, pollAfterMs: pollAfter(dueMs - nowMs) }
  }
  const { blueNumber, netFen, taxFen, grossFen } = form
  return {
    ...known,
    ...{ state: 'issued', formNumber, blueNumber, number: red.number, issuedAt: instant(red.dueMs) },
    ...{ netFen, taxFen, grossFen },
    ...(blue === null ? {} : { buyer: { name: blue.buyerName, taxId: blue.buyerTaxId } }),
  }
}

export function viewFormRefusal({ formSerial, state, code, message }: FormRefused) {
  if (state === 'rejected') return { formSerial, state, code, message }
  return { formSerial, state: 'ended', formState: '16', formNumber: null, code, message }
}

/** A row of the ledger: the form as it stands, and its red once there is one. */
export function viewFormRow(form: Form, nowMs: number) {
  const { formSerial, formNumber, blueNumber, reason, sellerTaxId, orderNumbers } = form
  const red = issuedRedOf(form, nowMs)
  return {
    ...{ formSerial, formNumber, blueNumber, reason, sellerTaxId, orderNumbers },
    formState: formState(form, nowMs),
    until: form.untilMs === null ? null : instant(form.untilMs),
    redNumber: red?.number ?? null,
    redIssuedAt: red === null ? null : instant(red.dueMs),
    ...{ netFen: form.netFen, taxFen: form.taxFen, grossFen: form.grossFen },
    receivedAt: instant(form.atMs),
  }
}

function pollAfter(leftMs: number): number {
  return Math.min(MAX_POLL_MS, Math.max(MIN_POLL_MS, leftMs))
}
