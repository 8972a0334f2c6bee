import { createAccounts } from './accounts.ts'
import { createForms } from './forms.ts'
import { openLedger } from './ledger.ts'
import {
  type BureauRecord,
  type FormMoved,
  type FormRefused,
  type FormTaken,
  type Numbered,
  readRecord,
  type UsageSet,
} from './records.ts'
import type { Entry } from './view-entry.ts'

export type Books = Awaited<ReturnType<typeof openBooks>>

type Options = {
  readonly path: string
  readonly defaultLineFen: number
  readonly random: () => number
  readonly onBroken: (cause: unknown) => void
}

/** 销售折让 gives no credit back (facts/invoicing.md §6.3). */
const ALLOWANCE = '04'

/**
 * The ledger and what follows from it, kept in memory. `put` changes both in one step; the change may
 * be shown to somebody only after `settled`.
 */
export async function openBooks({ path, defaultLineFen, random, onBroken }: Options) {
  const { apply, ...memory } = createMemory(defaultLineFen)
  const onRecord = (value: unknown) => {
    const record = readRecord(value)
    if (record === null) throw new Error('ledger holds a record of another kind')
    apply(record)
  }
  const ledger = await openLedger({ path, onRecord, onBroken })

  const put = (record: BureauRecord) => {
    ledger.append(record)
    apply(record)
  }

  if (memory.ledgerId() === null) {
    const id = Math.floor(random() * 100_000)
    put({ t: 'opened', version: 1, id: id.toString().padStart(5, '0') })
    await ledger.settled()
  }
  const running = (count: number) => (count + 1).toString().padStart(10, '0')

  return {
    ...memory,
    put,
    settled: () => ledger.settled(),
    close: () => ledger.close(),
    /** Fifteen digits: the ledger's own five, then a running number (SIM12). */
    nextSequence: () => `${memory.ledgerId()}${running(memory.numberedCount() + memory.redCount())}`,
    /** Ten digits that end a form number; like numbers they begin elsewhere in another ledger. */
    nextFormSequence: () =>
      running((Number(memory.ledgerId()) * 100_000 + memory.forms.count()) % (10 ** 10 - 1)),
  }
}

/** What the records say, taken together. */
function createMemory(defaultLineFen: number) {
  const accounts = createAccounts(defaultLineFen)
  const forms = createForms()
  const { takeIn, setUsage, ...entries } = createEntries()
  const tripped = new Set<string>()
  let ledgerId: string | null = null
  let redCount = 0
  let offsetMs = 0

  const takeEntry = (entry: Entry) => {
    takeIn(entry)
    if (entry.t === 'numbered') accounts.spend(entry.sellerTaxId, entry.netFen, entry.atMs)
  }

  const takeForm = (record: FormTaken | FormRefused | FormMoved) => {
    forms.apply(record)
    const form = forms.find(record.formSerial)
    if (form === null || record.t === 'form_refused' || record.red === null) return
    redCount += 1
    const blue = entries.invoice(form.blueNumber)
    if (blue === null || form.reason === ALLOWANCE) return
    const { sellerTaxId, netFen } = form
    accounts.restore(sellerTaxId, { netFen: -netFen, dueMs: record.red.dueMs, blueMs: blue.dueMs })
  }

  const apply = (record: BureauRecord) => {
    switch (record.t) {
      case 'opened':
        ledgerId = record.id
        return
      case 'clock':
        offsetMs = record.offsetMs
        return
      case 'tripped':
        tripped.add(record.serial)
        return
      case 'account':
        return accounts.apply(record)
      case 'usage':
        return setUsage(record)
      case 'numbered':
      case 'refused':
        return takeEntry(record)
      default:
        return takeForm(record)
    }
  }

  return {
    ...{ apply, accounts, forms, ...entries },
    ledgerId: () => ledgerId,
    offsetMs: () => offsetMs,
    hasTripped: (serial: string) => tripped.has(serial),
    redCount: () => redCount,
  }
}

/** Sheets by serial, by number and by age. */
function createEntries() {
  const bySerial = new Map<string, Entry>()
  const byNumber = new Map<string, Numbered>()
  const inOrder: Entry[] = []

  return {
    takeIn(entry: Entry) {
      bySerial.set(entry.serial, entry)
      inOrder.push(entry)
      if (entry.t === 'numbered') byNumber.set(entry.number, entry)
    },
    setUsage({ number, usage }: UsageSet) {
      const invoice = byNumber.get(number)
      if (invoice !== undefined) invoice.usage = usage
    },
    entry: (serial: string): Entry | null => bySerial.get(serial) ?? null,
    invoice: (number: string): Numbered | null => byNumber.get(number) ?? null,
    /** A slice of everything taken in, oldest first. */
    rows: (from: number, to: number): readonly Entry[] => inOrder.slice(Math.max(0, from), Math.max(0, to)),
    count: () => inOrder.length,
    numberedCount: () => byNumber.size,
  }
}
