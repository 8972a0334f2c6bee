import { readPayloadTotals } from '../../server/issuers/build-payload.ts'
import { readRedPayload } from '../../server/issuers/build-red-payload.ts'
import type {
  IssuedFacts,
  Issuer,
  IssuerAnswer,
  IssuerFinding,
  RedFacts,
  RedFinding,
  RedSending,
  Sending,
} from '../../server/issuers/issuer.ts'
import type { Dice } from './dice.ts'
import { openScriptedIssuer } from './scripted-issuer.ts'

/** What the issuer has really numbered, in its own order; reds are negative. */
export type LedgerEntry = {
  readonly colour: 'blue' | 'red'
  readonly key: string
  readonly number: string
  readonly blueNumber: string | null
  readonly orderNumbers: readonly string[]
  readonly grossFen: bigint
  readonly taxFen: bigint
}

export type FaultyIssuer = {
  readonly issuer: Issuer
  readonly ledger: readonly LedgerEntry[]
  /** What no correct caller does: other bytes under a used key, a red beyond its blue. */
  readonly offences: readonly string[]
  /** From now on it works and answers. */
  calmDown(): void
}

/** `series` keeps the numbers of several issuers apart. */
type Options = { series: number; dice: Dice; now: () => Date; lagMs: number; consentMs: number }

type Form = {
  facts: RedFacts
  state: 'waiting' | 'refused' | 'lapsed' | 'revoked' | 'issued'
  until: number
  /** What the buyer will say, and when; a silent one says nothing. */
  buyer: 'agrees' | 'refuses' | 'silent'
  answersAt: number
}

/**
 * An issuer that loses answers after doing the work, does not do the work, lags, holds, refuses, and
 * asks buyers who agree, refuse or stay silent; by dice, so that a seed tells the same story again. It
 * keeps its own books, from the payloads it was sent.
 */
export function openFaultyIssuer(options: Options): FaultyIssuer {
  const state = { isCalm: false }
  const ledger: LedgerEntry[] = []
  const offences: string[] = []
  const { lagMs, consentMs } = options
  const books = { ...options, ledger, offences, state }
  const { capabilities } = openScriptedIssuer(lagMs, { consentMs }).issuer
  const issuer: Issuer = {
    id: 'sandbox',
    capabilities,
    ...createBlue(books),
    ...createRed(books),
    session: async () => ({ kind: 'online' }),
    credit: async () => ({ kind: 'unknown' }),
  }
  return {
    issuer,
    ledger,
    offences,
    calmDown() {
      state.isCalm = true
    },
  }
}

type Books = Options & { ledger: LedgerEntry[]; offences: string[]; state: { isCalm: boolean } }

const HELD = ['offline', 'credit_exhausted', 'login_needed'] as const

/** A trouble that keeps the work from being done, or null: then it is done. */
function troubleBefore({ dice, state }: Books): IssuerAnswer | null {
  if (state.isCalm) return null
  const [reason] = dice.shuffle(HELD)
  return dice.pick<IssuerAnswer | null>([
    [70, null],
    [8, { kind: 'unknown' }],
    [5, { kind: 'held', reason: reason ?? 'offline', message: 'not now' }],
    [6, { kind: 'rejected', code: '1108', message: 'no' }],
  ])
}

/** The work is done; does the caller learn of it? */
function troubleAfter<Done>({ dice, state }: Books, done: Done) {
  if (state.isCalm) return done
  return dice.pick<Done | { kind: 'unknown' } | { kind: 'accepted'; pollAfterMs: number }>([
    [70, done],
    [15, { kind: 'unknown' }],
    [15, { kind: 'accepted', pollAfterMs: 700 }],
  ])
}

function createBlue(books: Books): Pick<Issuer, 'issue' | 'query'> {
  const { series, dice, now, lagMs, ledger, offences, state } = books
  const known = new Map<string, { facts: IssuedFacts; payload: string; seenFrom: number }>()

  const number = ({ serial, payload }: Sending) => {
    const before = known.get(serial)
    if (before !== undefined && before.payload !== payload) offences.push(`other bytes under ${serial}`)
    if (before !== undefined) return before.facts
    const { grossFen, taxFen } = readPayloadTotals(payload)
    const { orderNumbers }: { orderNumbers: string[] } = JSON.parse(payload)
    const digits = `2642${String(series * 1_000 + ledger.length).padStart(16, '0')}`
    const facts = { number: digits, issuedAt: now(), grossFen, taxFen }
    known.set(serial, { facts, payload, seenFrom: now().getTime() + dice.below(lagMs) })
    ledger.push({
      colour: 'blue',
      key: serial,
      number: digits,
      blueNumber: null,
      orderNumbers,
      grossFen,
      taxFen,
    })
    return facts
  }

  return {
    async issue(sending): Promise<IssuerAnswer> {
      const trouble = known.has(sending.serial) ? null : troubleBefore(books)
      return trouble ?? troubleAfter(books, { kind: 'issued', facts: number(sending) } as const)
    },
    async query(serial): Promise<IssuerFinding> {
      if (!state.isCalm && dice.below(100) < 20) return { kind: 'unknown' }
      const found = known.get(serial)
      if (found === undefined || found.seenFrom > now().getTime()) return { kind: 'absent' }
      return { kind: 'issued', facts: found.facts }
    },
  }
}

function createRed(books: Books): Pick<Issuer, 'requestRed' | 'queryRed' | 'revokeRed'> {
  const { dice, now, ledger, state } = books
  const forms = new Map<string, Form>()

  const issue = (formSerial: string, form: Form): void => {
    form.state = 'issued'
    const { number, blueNumber, grossFen, taxFen } = form.facts
    noteExcess(books, form.facts)
    const orderNumbers = ledger.find((entry) => entry.number === blueNumber)?.orderNumbers ?? []
    ledger.push({ colour: 'red', key: formSerial, number, blueNumber, orderNumbers, grossFen, taxFen })
  }
  /** Buyers answer while nobody looks. */
  const settle = (formSerial: string, form: Form): void => {
    if (form.state !== 'waiting') return
    if (now().getTime() >= form.until) form.state = 'lapsed'
    else if (form.buyer !== 'silent' && now().getTime() >= form.answersAt) {
      if (form.buyer === 'agrees') issue(formSerial, form)
      else form.state = 'refused'
    }
  }
  const create = (sending: RedSending): Form => {
    const known = forms.get(sending.formSerial)
    if (known !== undefined) return known
    const form: Form = { ...openForm({ ...books, forms: forms.size }, sending), state: 'waiting' }
    forms.set(sending.formSerial, form)
    if (dice.below(100) < 60) issue(sending.formSerial, form)
    return form
  }

  return {
    async requestRed(sending): Promise<RedFinding> {
      const trouble = forms.has(sending.formSerial) ? null : troubleBefore(books)
      if (trouble !== null) return trouble as RedFinding // held, rejected, unknown: both ports have them
      return troubleAfter(books, findingOf(create(sending)))
    },
    async queryRed(formSerial) {
      if (!state.isCalm && dice.below(100) < 20) return { kind: 'unknown' }
      const form = forms.get(formSerial)
      if (form === undefined) return { kind: 'absent' }
      settle(formSerial, form)
      return findingOf(form)
    },
    async revokeRed(formSerial) {
      const form = forms.get(formSerial)
      if (form === undefined) return { kind: 'unknown' }
      settle(formSerial, form)
      if (form.state === 'waiting') form.state = 'revoked'
      return troubleAfter(books, findingOf(form))
    },
  }
}

function openForm(
  { series, dice, forms, now, consentMs }: Books & { forms: number },
  { payload }: RedSending,
) {
  const { blueNumber } = readRedPayload(payload)
  const { grossFen, taxFen }: { grossFen: number; taxFen: number } = JSON.parse(payload)
  const running = String(series * 1_000 + forms).padStart(10, '0')
  const facts: RedFacts = {
    number: `2643${running.padStart(16, '0')}`,
    formNumber: `4201112611${running}`,
    blueNumber,
    issuedAt: now(),
    grossFen: BigInt(grossFen),
    taxFen: BigInt(taxFen),
  }
  const until = now().getTime() + consentMs
  const buyer = dice.pick<Form['buyer']>([
    [6, 'agrees'],
    [2, 'refuses'],
    [2, 'silent'],
  ])
  return { facts, until, buyer, answersAt: now().getTime() + dice.below(consentMs) }
}

function findingOf({ state, facts, until }: Form): RedFinding {
  const { formNumber } = facts
  if (state === 'issued') return { kind: 'issued', facts }
  if (state === 'waiting')
    return { kind: 'waiting_buyer', formNumber, until: new Date(until), pollAfterMs: 600_000 }
  return { kind: 'ended', how: state, formNumber, code: state, message: state }
}

function noteExcess({ ledger, offences }: Books, { blueNumber, grossFen, taxFen }: RedFacts): void {
  const blue = ledger.find((entry) => entry.colour === 'blue' && entry.number === blueNumber)
  if (blue === undefined) return void offences.push(`a red for the unknown ${blueNumber}`)
  const reds = ledger.filter((entry) => entry.blueNumber === blueNumber)
  const left = (of: 'grossFen' | 'taxFen') => blue[of] + reds.reduce((sum, red) => sum + red[of], 0n)
  if (left('grossFen') + grossFen < 0n || left('taxFen') + taxFen < 0n)
    offences.push(`reds of ${blueNumber} exceed it`)
}
