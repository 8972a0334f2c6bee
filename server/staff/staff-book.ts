import type { SessionRole } from '../tokens/roles.ts'
import type { Staff } from './staff.ts'

/** A disabled account is told to every process at once; where that gets lost it is out after this long. */
const HELD_MS = 2_000

type Known = Pick<Staff, 'merchantId' | 'role' | 'sessionsFrom' | 'disabledAt'>

type Deps = { now(): Date; readStaff(id: string): Promise<Known | null> }

type Session = {
  readonly merchantId: string
  readonly role: SessionRole
  readonly subject: string
  readonly since: Date
}

/** Asked with every request of a staff session, so an account is read once in two seconds at most. */
export function createStaffBook({ now, readStaff }: Deps) {
  const held = new Map<string, { staff: Promise<Known | null>; atMs: number }>()

  function find(id: string): Promise<Known | null> {
    const atMs = now().getTime()
    const known = held.get(id)
    if (known !== undefined && Math.abs(atMs - known.atMs) < HELD_MS) return known.staff
    const staff = readStaff(id)
    // Ids come from tokens we signed: there are as many as accounts that are at work.
    held.set(id, { staff, atMs })
    staff.catch(() => held.delete(id))
    return staff
  }

  return {
    /** The account is open, and still what it was when the session began. */
    async isStaffLive({ merchantId, role, subject, since }: Session): Promise<boolean> {
      const staff = await find(subject)
      if (staff === null || staff.disabledAt !== null) return false
      return staff.merchantId === merchantId && staff.role === role && since >= staff.sessionsFrom
    },
    /** Something about an account changed: each is read anew before its next use. */
    forget(): void {
      held.clear()
    },
  }
}
