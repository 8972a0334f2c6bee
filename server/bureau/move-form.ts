import { formState } from './forms.ts'
import type { FormMove, Usage } from './records.ts'
import { numberRed } from './take-red.ts'
import type { TakeDeps } from './take-sheet.ts'

/** Who answers a form: the buyer, the seller who sent it, or the bureau itself. */
export const FORM_ACTS = { confirm: '04', refuse: '05', revoke: '08', void: '10' } as const satisfies Record<
  string,
  FormMove
>
export type FormAct = keyof typeof FORM_ACTS

/** Moves a form that waits; false where it does not wait any more. A yes numbers the red at once. */
export function moveForm(deps: TakeDeps, formSerial: string, act: FormAct): boolean {
  const nowMs = deps.now().getTime()
  const form = deps.books.forms.find(formSerial)
  if (form === null) return false
  const state = formState(form, nowMs)
  // A seller may take back what nobody has looked at yet; nobody can agree to it before it is there.
  const isOpen = state === '02' || (state === '15' && form.untilMs !== null && act !== 'confirm')
  if (!isOpen) return false

  const red = act === 'confirm' ? numberRed(deps, { nowMs, fromMs: nowMs }) : null
  deps.books.put({ t: 'form_moved', formSerial, to: FORM_ACTS[act], atMs: nowMs, red })
  return true
}

/** Writes down what time did: an unanswered form lapses at its own hour, whenever that is noticed. */
export function lapseForms({ books, now }: TakeDeps): void {
  const nowMs = now().getTime()
  for (const form of books.forms.waiting()) {
    if (form.untilMs === null || formState(form, nowMs) !== '07') continue
    books.put({ t: 'form_moved', formSerial: form.formSerial, to: '07', atMs: form.untilMs, red: null })
  }
}

/** Null where no such invoice was issued. */
export function markUsed({ books }: TakeDeps, number: string, usage: Usage): boolean {
  if (books.invoice(number) === null) return false
  books.put({ t: 'usage', number, usage })
  return true
}
