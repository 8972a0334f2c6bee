import { readPayloadTotals } from '../../server/issuers/build-payload.ts'
import { readRedPayload } from '../../server/issuers/build-red-payload.ts'
import type {
  IssuedFacts,
  Issuer,
  IssuerAnswer,
  IssuerCapabilities,
  IssuerFinding,
  RedFacts,
  RedFinding,
  RedSending,
  Sending,
} from '../../server/issuers/issuer.ts'
import { SANDBOX_CAPABILITIES } from '../../server/issuers/sandbox/sandbox.issuer.ts'

type Scripted<Asked, Said> = ((asked: Asked) => Said | Promise<Said>)[]
type RedFound = RedFinding | { readonly kind: 'absent' }

export type ScriptedIssuer = {
  readonly issuer: Issuer
  /** What it says next, in this order; with nothing left it issues, and finds what it issued. */
  readonly nextIssue: Scripted<Sending, IssuerAnswer>
  readonly nextQuery: Scripted<string, IssuerFinding>
  readonly nextRed: Scripted<RedSending, RedFinding>
  readonly nextRedQuery: Scripted<string, RedFound>
  readonly nextRevoke: Scripted<string, RedFinding>
  /** Numbers a sending, as a bureau does whose answer is then lost. */
  number(sending: Sending): IssuedFacts
  numberRed(sending: RedSending): RedFacts
  /** Everything it issued, in this order: the ledger to compare ours with. */
  issued(): readonly IssuedFacts[]
  issuedReds(): readonly RedFacts[]
}

const DONE: RedFinding = {
  kind: 'ended',
  how: 'failed',
  formNumber: null,
  code: 'E9103',
  message: '该发票已全额冲红',
}

const ISSUED_AT = new Date('2026-11-22T04:00:00Z')

/** An issuer in memory that works, remembers, and misbehaves where the test says so. */
export function openScriptedIssuer(
  absentCountsAfterMs = 15_000,
  capabilities: Partial<IssuerCapabilities> = {},
): ScriptedIssuer {
  const nextIssue: ScriptedIssuer['nextIssue'] = []
  const nextQuery: ScriptedIssuer['nextQuery'] = []
  const ledger = new Map<string, IssuedFacts>()
  const red = createRed((number) => [...ledger.values()].find((facts) => facts.number === number) ?? null)

  const number = ({ serial, payload }: Sending) => {
    const known = ledger.get(serial)
    if (known !== undefined) return known
    const { grossFen, taxFen } = readPayloadTotals(payload)
    const digits = `2642${String(ledger.size + 1).padStart(16, '0')}`
    const facts = { number: digits, issuedAt: ISSUED_AT, grossFen, taxFen }
    ledger.set(serial, facts)
    return facts
  }

  const issuer: Issuer = {
    id: 'sandbox',
    capabilities: () => ({ ...SANDBOX_CAPABILITIES, absentCountsAfterMs, ...capabilities }),
    async issue(sending, signal) {
      if (readPayloadTotals(sending.payload).serial !== sending.serial)
        throw new RangeError('payload carries another serial')
      if (signal.aborted) return { kind: 'unknown' }
      const say = nextIssue.shift()
      return say === undefined ? { kind: 'issued', facts: number(sending) } : say(sending)
    },
    async query(serial) {
      const say = nextQuery.shift()
      if (say !== undefined) return say(serial)
      const facts = ledger.get(serial)
      return facts === undefined ? { kind: 'absent' } : { kind: 'issued', facts }
    },
    ...red.members,
    session: async () => ({ kind: 'online' }),
    credit: async () => ({ kind: 'unknown' }),
  }
  const { nextRed, nextRedQuery, nextRevoke, numberRed } = red
  return {
    ...{ issuer, nextIssue, nextQuery, nextRed, nextRedQuery, nextRevoke, number, numberRed },
    issued: () => [...ledger.values()],
    issuedReds: red.issued,
  }
}

function createRed(findBlue: (number: string) => IssuedFacts | null) {
  const nextRed: ScriptedIssuer['nextRed'] = []
  const nextRedQuery: ScriptedIssuer['nextRedQuery'] = []
  const nextRevoke: ScriptedIssuer['nextRevoke'] = []
  const forms = new Map<string, RedFacts>()

  const numberRed = ({ formSerial, payload }: RedSending) => {
    const known = forms.get(formSerial)
    if (known !== undefined) return known
    const { blueNumber } = readRedPayload(payload)
    const { grossFen, taxFen } = redTotals(payload)
    const running = String(forms.size + 1)
    const facts: RedFacts = {
      number: `2643${running.padStart(16, '0')}`,
      formNumber: `4201112611${running.padStart(10, '0')}`,
      ...{ blueNumber, issuedAt: ISSUED_AT, grossFen, taxFen },
    }
    forms.set(formSerial, facts)
    return facts
  }
  const find = (formSerial: string): RedFound => {
    const facts = forms.get(formSerial)
    return facts === undefined ? { kind: 'absent' } : { kind: 'issued', facts }
  }

  /** Of a blue that it did not issue itself it knows nothing, and believes the sender. */
  const isBeyondBlue = ({ formSerial, payload }: RedSending) => {
    const { blueNumber } = readRedPayload(payload)
    const blue = findBlue(blueNumber)
    if (blue === null || forms.has(formSerial)) return false
    const reds = [...forms.values()].filter((facts) => facts.blueNumber === blueNumber)
    const leftFen = reds.reduce((sum, facts) => sum + facts.grossFen, blue.grossFen)
    return leftFen + redTotals(payload).grossFen < 0n
  }

  const members: Pick<Issuer, 'requestRed' | 'queryRed' | 'revokeRed'> = {
    async requestRed(sending, signal) {
      if (readRedPayload(sending.payload).formSerial !== sending.formSerial)
        throw new RangeError('payload carries another form serial')
      if (signal.aborted) return { kind: 'unknown' }
      const say = nextRed.shift()
      if (say !== undefined) return say(sending)
      if (isBeyondBlue(sending)) return DONE
      return { kind: 'issued', facts: numberRed(sending) }
    },
    async queryRed(formSerial) {
      const say = nextRedQuery.shift()
      return say === undefined ? find(formSerial) : say(formSerial)
    },
    async revokeRed(formSerial) {
      const say = nextRevoke.shift()
      if (say !== undefined) return say(formSerial)
      const found = find(formSerial)
      return found.kind === 'absent' ? { kind: 'unknown' } : found
    },
  }
  return { members, nextRed, nextRedQuery, nextRevoke, numberRed, issued: () => [...forms.values()] }
}

/** Ours to read: a red payload is made by our own builder. */
function redTotals(payload: string) {
  const { grossFen, taxFen }: { grossFen: number; taxFen: number } = JSON.parse(payload)
  return { grossFen: BigInt(grossFen), taxFen: BigInt(taxFen) }
}
