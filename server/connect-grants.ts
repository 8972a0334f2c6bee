import type { Database } from './database/database.ts'
import type { GrantDeps } from './http/grant.ts'
import { listRevokedLinks } from './shops/link.store.ts'
import { findSession } from './staff/session.store.ts'
import { findStaff } from './staff/staff.store.ts'
import { createStaffBook, type Known } from './staff/staff-book.ts'
import { ENDED_KEEP_MS, type EndedMark, listEnded } from './tokens/ended.store.ts'
import { createEndedBook } from './tokens/ended-book.ts'
import type { TokenStore } from './tokens/token.store.ts'

type Parts = {
  readonly database: Database
  readonly tokens: Pick<TokenStore, 'findKey' | 'forgetKeys'>
  /** Our own name in tokens. */
  readonly issuer: string
  now(): Date
}

export type Grants = {
  readonly grants: GrantDeps
  /** A right was taken back: nothing is answered from memory before it was looked at again. */
  forgetGrants(): void
}

/** What says whether a token is still good, and how to make it look again. */
export function connectGrants({ database, tokens, issuer, now }: Parts): Grants {
  const staffBook = createStaffBook({ now, readSession: (sid) => readSession(database, sid) })
  const endedBook = createEndedBook({ now, readEnded: () => readEnded(database, now()) })
  const { isStaffLive } = staffBook
  const { isEnded } = endedBook
  return {
    grants: { findKey: tokens.findKey, issuer, now, isStaffLive, isEnded },
    forgetGrants() {
      tokens.forgetKeys()
      staffBook.forget()
      endedBook.forget()
    },
  }
}

async function readSession(database: Database, sid: string): Promise<Known | null> {
  const session = await findSession(database, sid)
  const staff = session && (await findStaff(database, session.staffId))
  return session && staff && { session, staff }
}

/** Marks of everything that ends sessions before their tokens do. */
async function readEnded(database: Database, now: Date): Promise<EndedMark[]> {
  const [ended, links] = await Promise.all([
    listEnded(database, now),
    listRevokedLinks(database, new Date(now.getTime() - ENDED_KEEP_MS)),
  ])
  return [...ended, ...links.map(({ id, revokedAt }) => ({ subject: `link:${id}`, at: revokedAt }))]
}
