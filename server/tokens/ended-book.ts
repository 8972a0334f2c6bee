import { type EndedMark, personMark, sessionMark } from './ended.store.ts'
import { linkOfSubject } from './exchange-link.ts'

/** What of a session decides whether it was ended. */
export type EndableSession = {
  readonly merchantId: string
  readonly sid: string
  readonly subject: string
  readonly since: Date
  /** The merchant's key that vouched for the person, where one did. */
  readonly voucher?: string
}

type Deps = { now(): Date; readEnded(): Promise<readonly EndedMark[]> }

/** Every process is told at once; where that gets lost, it looks again after this long (trust §2: 5 s). */
const FRESH_MS = 2_000

type Known = { readonly marks: Promise<ReadonlyMap<string, Date>>; readonly atMs: number }

/**
 * Which sessions were ended before their tokens: by themselves, with their link, with the key that vouched for
 * them, or all of one person. All marks are read in one go and kept for two seconds, so a request costs a
 * look into a Map; while the database cannot be asked, nothing is answered from old marks.
 */
export function createEndedBook({ now, readEnded }: Deps) {
  let known: Known | null = null

  function read(): Known['marks'] {
    const atMs = now().getTime()
    if (known !== null && Math.abs(atMs - known.atMs) < FRESH_MS) return known.marks
    const marks = readEnded().then((rows) => new Map(rows.map(({ subject, at }) => [subject, at])))
    const fresh = { marks, atMs }
    known = fresh
    marks.catch(() => {
      if (known === fresh) known = null
    })
    return marks
  }

  return {
    async isEnded({ merchantId, sid, subject, since, voucher }: EndableSession): Promise<boolean> {
      const marks = await read()
      const lid = linkOfSubject(subject)
      if (marks.has(sessionMark(sid)) || (lid !== null && marks.has(`link:${lid}`))) return true
      if (voucher !== undefined && marks.has(`key:${voucher}`)) return true
      const personEnded = marks.get(personMark(merchantId, subject))
      // A session carries the second in which it was opened: one of the same second ends too.
      return personEnded !== undefined && Math.floor(personEnded.getTime() / 1000) * 1000 >= since.getTime()
    },
    /** Something was ended: the next question reads anew. */
    forget(): void {
      known = null
    },
  }
}

export type EndedBook = ReturnType<typeof createEndedBook>
