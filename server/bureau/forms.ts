import type { FormMoved, FormRefused, FormTaken, Red } from './records.ts'

/** 红字信息确认单 as it stands: what was taken, and how it was moved since. */
export type Form = FormTaken & { readonly moved: FormMoved | null }

/** facts/invoicing.md §6.1; 03, 06 and 09 belong to forms that a buyer enters. */
export type FormState = '01' | '02' | '04' | '05' | '07' | '08' | '10' | '15'

/** Time alone makes a form ready and lets it lapse; everything else is a move. */
export function formState({ moved, readyMs, untilMs }: Form, nowMs: number): FormState {
  if (moved !== null) return moved.to
  if (nowMs < readyMs) return '15'
  if (untilMs === null) return '01'
  return nowMs < untilMs ? '02' : '07'
}

/** A form that holds its amounts: they are taken back, or may still be. */
export function isAlive(form: Form, nowMs: number): boolean {
  return ['01', '02', '04', '15'].includes(formState(form, nowMs))
}

export function redOf({ red, moved }: Form): Red | null {
  return moved?.red ?? red
}

/** The red number, once the red is issued; null before, and on a form that ended otherwise. */
export function issuedRedOf(form: Form, nowMs: number): Red | null {
  const red = redOf(form)
  return red !== null && nowMs >= red.dueMs && nowMs >= form.readyMs ? red : null
}

/** Holds what the records say about forms. */
export function createForms() {
  const forms = new Map<string, Form>()
  const refused = new Map<string, FormRefused>()
  const byBlue = new Map<string, string[]>()
  /** Those that time may let lapse. */
  const open = new Set<string>()
  const find = (formSerial: string): Form | null => forms.get(formSerial) ?? null

  return {
    find,
    refusal: (formSerial: string): FormRefused | null => refused.get(formSerial) ?? null,
    byNumber: (formNumber: string): Form | null =>
      [...forms.values()].find((form) => form.formNumber === formNumber) ?? null,
    ofBlue: (blueNumber: string): Form[] =>
      (byBlue.get(blueNumber) ?? []).map(find).filter((form) => form !== null),
    waiting: (): Form[] => [...open].map(find).filter((form) => form !== null),
    all: (): Form[] => [...forms.values()],
    refusals: (): FormRefused[] => [...refused.values()],
    count: () => forms.size,

    apply(record: FormTaken | FormRefused | FormMoved) {
      if (record.t === 'form_refused') refused.set(record.formSerial, record)
      else if (record.t === 'form') {
        const { formSerial, blueNumber, untilMs } = record
        forms.set(formSerial, { ...record, moved: null })
        byBlue.set(blueNumber, [...(byBlue.get(blueNumber) ?? []), formSerial])
        if (untilMs !== null) open.add(formSerial)
      } else {
        const form = find(record.formSerial)
        if (form === null) throw new Error('ledger moves a form that it does not hold')
        forms.set(record.formSerial, { ...form, moved: record })
        open.delete(record.formSerial)
      }
    },
  }
}
