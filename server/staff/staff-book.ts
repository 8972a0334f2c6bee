import type { SessionRole } from '../tokens/roles.ts'
import type { LoggedIn } from './session.store.ts'
import type { Staff } from './staff.ts'

/** What ends a session is told to every process at once; where that gets lost it is out after this long. */
const HELD_MS = 2_000

/** More sessions than are ever at work at once: beyond, the memory starts again. */
const HELD_MAX = 10_000

/** An account and one of its sessions. */
export type Known = {
  readonly staff: Pick<Staff, 'id' | 'merchantId' | 'role' | 'disabledAt'>
  readonly session: Pick<LoggedIn, 'endedAt'>
}

type Deps = { now(): Date; readSession(sid: string): Promise<Known | null> }

type Session = {
  readonly merchantId: string
  readonly role: SessionRole
  readonly subject: string
  readonly sid: string
}

/** Asked with every request of a staff session, so a session is read once in two seconds at most. */
export function createStaffBook({ now, readSession }: Deps) {
  const held = new Map<string, { known: Promise<Known | null>; atMs: number }>()

  function find(sid: string): Promise<Known | null> {
    const atMs = now().getTime()
    const found = held.get(sid)
    if (found !== undefined && Math.abs(atMs - found.atMs) < HELD_MS) return found.known
    const known = readSession(sid)
    if (held.size >= HELD_MAX) held.clear()
    held.set(sid, { known, atMs })
    known.catch(() => held.delete(sid))
    return known
  }

  return {
    /** Nobody ended it, and the account is open and still what it was when the session began. */
    async isStaffLive({ merchantId, role, subject, sid }: Session): Promise<boolean> {
      const known = await find(sid)
      if (known === null || known.session.endedAt !== null) return false
      const { staff } = known
      if (staff.id !== subject || staff.disabledAt !== null) return false
      return staff.merchantId === merchantId && staff.role === role
    },
    /** Something was taken back: each is read anew before its next use. */
    forget(): void {
      held.clear()
    },
  }
}
