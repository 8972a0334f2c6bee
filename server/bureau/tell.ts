import { type Form, formState, redOf } from './forms.ts'
import { lapseForms } from './move-form.ts'
import type { createNews, News } from './news.ts'
import type { ChannelState } from './records.ts'
import type { Fields } from './sheet-fields.ts'
import type { TakeDeps, Verdict } from './take-sheet.ts'
import type { Entry } from './view-entry.ts'

/** Turns what happened into news for the sender: hints only, a query tells the truth. */
export function createTeller(deps: TakeDeps, news: Pick<ReturnType<typeof createNews>, 'tell'>) {
  const { books } = deps
  const nowMs = () => deps.now().getTime()

  const tellState = (form: Form) => {
    const { formSerial, formNumber } = form
    const content = { billId: formSerial, billNo: formNumber, billStatus: formState(form, nowMs()) }
    news.tell({ operater: 'redConfirmCallback', about: formSerial, content, atMs: nowMs() })
    const red = redOf(form)
    if (red === null) return
    const issued = { ...content, redInvoiceNumber: red.number }
    news.tell({ operater: 'redConfirmCallback', about: formSerial, content: issued, atMs: red.dueMs })
  }

  return {
    /** Whoever heard in the reply how it ended needs no news of it. */
    tellSheet({ reply, isSilent }: Verdict, isAnswered: boolean) {
      const { serial, state } = readReply(reply)
      const entry = books.entry(serial)
      if (entry === null) return
      if (isAnswered && !isSilent && state !== 'accepted') return
      news.tell(newsOf(entry))
    },

    tellForm({ reply }: Verdict, isAnswered: boolean) {
      const { formSerial, state } = readReply(reply)
      const form = books.forms.find(formSerial)
      if (form !== null && !(isAnswered && state === 'issued')) tellState(form)
    },

    tellMoved(formSerial: string) {
      const form = books.forms.find(formSerial)
      if (form !== null) tellState(form)
    },

    /** The offline callback of SIM2. */
    tellSession(taxId: string, channel: ChannelState) {
      const content = { taxNum: taxId, status: channel === 'online' ? '1' : '0', code: channel }
      news.tell({ operater: 'sessionCallback', about: taxId, content, atMs: nowMs() })
    },

    /** Forms that time has ended are written down and told. */
    tick() {
      const open = books.forms.waiting()
      lapseForms(deps)
      for (const { formSerial } of open) {
        const form = books.forms.find(formSerial)
        if (form?.moved?.to === '07') tellState(form)
      }
    },
  }
}

function newsOf(entry: Entry): News {
  const { serial } = entry
  const [status, atMs] = entry.t === 'numbered' ? ['1', entry.dueMs] : ['2', entry.atMs]
  const content = { c_fpqqlsh: serial, c_status: status }
  return { operater: 'callback', about: serial, content, atMs }
}

/** Our own answer, read back: empty where it does not say. */
function readReply(reply: object) {
  const { serial, formSerial, state }: Fields = { ...reply }
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  return { serial: text(serial), formSerial: text(formSerial), state: text(state) }
}
