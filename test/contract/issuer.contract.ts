import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RedReason } from '../../server/contract/reissues.ts'
import { holdAgainstPayload } from '../../server/issuers/build-payload.ts'
import { holdAgainstRedPayload } from '../../server/issuers/build-red-payload.ts'
import type { Issuer, IssuerFinding, RedFinding, RedSending, Sending } from '../../server/issuers/issuer.ts'

export type RedWish = {
  /** What `makeSending` asked for. */
  readonly blue: Sending
  readonly blueNumber: string
  readonly reason: RedReason
  /** In hundredths of the blue. */
  readonly percent: number
}

/** What a port's suite needs of an issuer and of the bureau behind it. */
export type IssuerSubject = {
  readonly issuer: Issuer
  /** A sending never seen before, each time. */
  makeSending(): Sending
  /** A red form never seen before, for an invoice that was issued. */
  makeRedSending(wish: RedWish): RedSending
  /** The buyer's side of an invoice, where the issuer has one. */
  readonly buyer: null | {
    use(blueNumber: string): Promise<void>
    answer(formSerial: string, says: 'confirm' | 'refuse'): Promise<void>
    letLapse(): Promise<void>
  }
  /** Makes the next reply vanish on its way back; the signal gives up soon after. */
  lost(): Promise<AbortSignal>
  /** The same kind of issuer, where nobody listens. */
  readonly unreachable: Issuer
  close(): Promise<void>
}

const soon = () => AbortSignal.timeout(5_000)

/** What every issuer must do. A new one is finished when it passes this from three lines. */
export function describeIssuer(name: string, open: () => Promise<IssuerSubject>): void {
  describe(`${name} keeps the issuer contract`, () => {
    let subject: IssuerSubject
    beforeEach(async () => {
      subject = await open()
    })
    afterEach(() => subject.close())

    /** Issuers that only accept at first are asked until they have decided. */
    const settle = async (sending: Sending): Promise<IssuerFinding> => {
      let found: IssuerFinding = await subject.issuer.issue(sending, soon())
      await expect
        .poll(async () => {
          if (found.kind === 'accepted') found = await subject.issuer.query(sending.serial, soon())
          return found.kind
        })
        .not.toBe('accepted')
      return holdAgainstPayload(sending.payload, found)
    }

    test('an invoice that is issued has twenty digits and the amounts that were sent', async () => {
      const sending = subject.makeSending()

      const found = await settle(sending)

      const sent = JSON.parse(sending.payload)
      expect(found).toMatchObject({
        kind: 'issued',
        facts: {
          number: expect.stringMatching(/^\d{20}$/),
          issuedAt: expect.any(Date),
          grossFen: BigInt(sent.grossFen),
          taxFen: BigInt(sent.taxFen),
        },
      })
    })

    test('one serial sent twice is one invoice', async () => {
      const sending = subject.makeSending()
      const first = await settle(sending)

      const second = await settle(sending)

      expect(first.kind).toBe('issued')
      expect(second).toEqual(first)
    })

    test('one serial sent twice at the same time is one invoice', async () => {
      const sending = subject.makeSending()

      const both = await Promise.all([settle(sending), settle(sending)])

      expect(both[0].kind).toBe('issued')
      expect(both[1]).toEqual(both[0])
    })

    test('two serials are two invoices with two numbers', async () => {
      const first = await settle(subject.makeSending())
      const second = await settle(subject.makeSending())

      if (first.kind !== 'issued' || second.kind !== 'issued') throw new Error('both must be issued')
      expect(first.facts.number).not.toBe(second.facts.number)
    })

    test('a lost reply is unknown, and asking with the serial finds the invoice', async () => {
      const sending = subject.makeSending()

      const answer = await subject.issuer.issue(sending, await subject.lost())

      expect(answer).toEqual({ kind: 'unknown' })
      await expect.poll(async () => (await subject.issuer.query(sending.serial, soon())).kind).toBe('issued')
    })

    test('after a lost reply, sending the same again makes no second invoice', async () => {
      const sending = subject.makeSending()
      await subject.issuer.issue(sending, await subject.lost())

      const again = await settle(sending)

      expect(again.kind).toBe('issued')
      expect(await subject.issuer.query(sending.serial, soon())).toEqual(again)
    })

    test('a serial that was never sent is absent', async () => {
      expect(await subject.issuer.query(subject.makeSending().serial, soon())).toEqual({ kind: 'absent' })
    })

    test('a call given up before it began is unknown and sends nothing', async () => {
      const sending = subject.makeSending()

      expect(await subject.issuer.issue(sending, AbortSignal.abort())).toEqual({ kind: 'unknown' })

      expect(await subject.issuer.query(sending.serial, soon())).toEqual({ kind: 'absent' })
    })

    test('where nobody listens every answer is unknown, and nothing is thrown', async () => {
      const { unreachable } = subject
      const sending = subject.makeSending()

      const answers = await Promise.all([
        unreachable.issue(sending, soon()),
        unreachable.query(sending.serial, soon()),
        unreachable.requestRed(redOf(sending, '26882400700000000001'), soon()),
        unreachable.queryRed('never-sent-form', soon()),
        unreachable.revokeRed('never-sent-form', soon()),
        unreachable.session(soon()),
        unreachable.credit(soon()),
      ])

      expect(answers).toEqual(answers.map(() => ({ kind: 'unknown' })))
    })

    test('a payload that carries another serial never leaves', async () => {
      const { serial } = subject.makeSending()
      const { payload } = subject.makeSending()

      await expect(subject.issuer.issue({ serial, payload }, soon())).rejects.toThrow('serial')

      expect(await subject.issuer.query(serial, soon())).toEqual({ kind: 'absent' })
    })

    test('capabilities promise bounds that can be kept', () => {
      const { kinds, maxLines, absentCountsAfterMs, ...more } = subject.issuer.capabilities()

      expect(kinds.length).toBeGreaterThan(0)
      expect(maxLines).toBeGreaterThan(0)
      expect(absentCountsAfterMs).toBeGreaterThan(0)
      expect(more.consentMs).toBeGreaterThan(0)
      expect([8, 13]).toContain(more.decimals)
      expect(more.partReasons).not.toContain('mistake')
    })

    const redOf = (blue: Sending, blueNumber: string, wish: Partial<RedWish> = {}) =>
      subject.makeRedSending({ blue, blueNumber, reason: 'mistake', percent: 100, ...wish })

    const issueBlue = async () => {
      const blue = subject.makeSending()
      const found = await settle(blue)
      if (found.kind !== 'issued') throw new Error('the blue must be issued')
      return { blue, number: found.facts.number }
    }

    /** Asks until the form neither runs nor is only accepted. */
    const settleRed = async (sending: RedSending): Promise<RedFinding | { kind: 'absent' }> => {
      let found: RedFinding | { kind: 'absent' } = await subject.issuer.requestRed(sending, soon())
      await expect
        .poll(async () => {
          if (found.kind === 'accepted') found = await subject.issuer.queryRed(sending.formSerial, soon())
          return found.kind
        })
        .not.toBe('accepted')
      return holdAgainstRedPayload(sending.payload, found)
    }

    test('a red takes back its blue: two numbers of twenty digits and negative amounts', async () => {
      const { blue, number } = await issueBlue()
      const sending = redOf(blue, number)

      const found = await settleRed(sending)

      const sent = JSON.parse(sending.payload)
      expect(found).toMatchObject({
        kind: 'issued',
        facts: {
          number: expect.stringMatching(/^\d{20}$/),
          formNumber: expect.stringMatching(/^\d{20}$/),
          blueNumber: number,
          issuedAt: expect.any(Date),
          grossFen: BigInt(sent.grossFen),
          taxFen: BigInt(sent.taxFen),
        },
      })
      expect(sent.grossFen).toBeLessThan(0)
    })

    test('a red form sent again, even at the same time, is one red', async () => {
      const { blue, number } = await issueBlue()
      const sending = redOf(blue, number)

      const [first, twin] = await Promise.all([settleRed(sending), settleRed(sending)])
      const again = await settleRed(sending)

      expect(first.kind).toBe('issued')
      expect([twin, again]).toEqual([first, first])
    })

    test('a lost reply to a red form is unknown, and asking with its serial finds the red', async () => {
      const { blue, number } = await issueBlue()
      const sending = redOf(blue, number)

      expect(await subject.issuer.requestRed(sending, await subject.lost())).toEqual({ kind: 'unknown' })

      await expect
        .poll(async () => (await subject.issuer.queryRed(sending.formSerial, soon())).kind)
        .toBe('issued')
      expect(await settleRed(sending)).toEqual(await subject.issuer.queryRed(sending.formSerial, soon()))
    })

    test('a red form that was never sent is absent', async () => {
      const { blue, number } = await issueBlue()
      const { formSerial, payload } = redOf(blue, number)

      expect(await subject.issuer.requestRed({ formSerial, payload }, AbortSignal.abort())).toEqual({
        kind: 'unknown',
      })

      expect(await subject.issuer.queryRed(formSerial, soon())).toEqual({ kind: 'absent' })
    })

    test('a red payload that carries another serial never leaves', async () => {
      const { blue, number } = await issueBlue()
      const { formSerial } = redOf(blue, number)
      const { payload } = redOf(blue, number)

      await expect(subject.issuer.requestRed({ formSerial, payload }, soon())).rejects.toThrow('serial')

      expect(await subject.issuer.queryRed(formSerial, soon())).toEqual({ kind: 'absent' })
    })

    test('parts are taken back one after the other, and never more than there was', async () => {
      if (!subject.issuer.capabilities().canReversePart) return
      const { blue, number } = await issueBlue()
      const part = () => redOf(blue, number, { reason: 'return', percent: 50 })

      expect(await settleRed(part())).toMatchObject({ kind: 'issued' })
      expect(await settleRed(part())).toMatchObject({ kind: 'issued' })
      expect(await settleRed(part())).toMatchObject({ kind: 'ended', how: 'failed', formNumber: null })
    })

    test('a blue that its buyer has used is taken back only with the buyer’s yes', async ({ skip }) => {
      if (subject.buyer === null) return skip()
      const { blue, number } = await issueBlue()
      const sending = redOf(blue, number)
      await subject.buyer.use(number)

      const waiting = await settleRed(sending)
      expect(waiting).toMatchObject({ kind: 'waiting_buyer', formNumber: expect.stringMatching(/^\d{20}$/) })
      await subject.buyer.answer(sending.formSerial, 'confirm')

      expect(await settleRed(sending)).toMatchObject({ kind: 'issued', facts: { blueNumber: number } })
    })

    test('a no, a lapse and a form taken back end it, and another may follow', async ({ skip }) => {
      const { buyer } = subject
      if (buyer === null) return skip()
      const { blue, number } = await issueBlue()
      await buyer.use(number)
      const forms = {
        refused: redOf(blue, number),
        revoked: redOf(blue, number),
        lapsed: redOf(blue, number),
      }

      expect((await settleRed(forms.refused)).kind).toBe('waiting_buyer')
      await buyer.answer(forms.refused.formSerial, 'refuse')
      expect(await settleRed(forms.refused)).toMatchObject({ kind: 'ended', how: 'refused' })

      expect((await settleRed(forms.revoked)).kind).toBe('waiting_buyer')
      expect(await subject.issuer.revokeRed(forms.revoked.formSerial, soon())).toMatchObject({
        how: 'revoked',
      })

      expect((await settleRed(forms.lapsed)).kind).toBe('waiting_buyer')
      await buyer.letLapse()
      expect(await settleRed(forms.lapsed)).toMatchObject({ kind: 'ended', how: 'lapsed' })
    })
  })
}
