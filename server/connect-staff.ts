import type { Tx } from './database/database.ts'
import type { GrantDeps } from './http/grant.ts'
import type { Services } from './services.ts'
import type { ShopBook } from './shops/shop-book.ts'
import { createStaffGuard } from './staff/guard.ts'
import { noteUse } from './staff/session.store.ts'
import { endStaffSessions } from './staff/session.ts'
import { assertStepUp } from './staff/step-up.ts'
import type { SessionClaims } from './tokens/claims.ts'
import type { SessionGrant } from './tokens/grant.ts'
import { newTokenId } from './tokens/make-key.ts'
import { scopesOf } from './tokens/scopes.ts'
import { signSession, viewSession } from './tokens/session.ts'

/** What signing in and stepping up needs; the seed of the demo adds accounts with the same. */
export function connectStaff({ config, database, inTransaction, vault, now, newId: newSid }: Services) {
  const guard = createStaffGuard({ database, vault, now })
  const { publicUrl } = config
  return { database, inTransaction, vault, now, guard, newSid, scopesOf, publicUrl }
}

/** Passes while a step-up of the session counts, or takes the code; refuses otherwise. */
export type AssertStepUp = (session: SessionGrant, code: string | undefined) => Promise<void>

/** How other domains ask for the second factor. */
export function connectStepUp(services: Services): AssertStepUp {
  const staff = connectStaff(services)
  return (session, code) => assertStepUp(staff, session, code)
}

/** What the routes of all sessions do with one that has a row: keep it in use, and end it with its token. */
export function connectStaffSessions({ database, now }: Services) {
  return {
    noteStaffUse: ({ sid }: SessionGrant) => noteUse(database, sid, now()),
    async endStaffSession(tx: Tx, { subject: id, merchantId, sid }: SessionGrant) {
      await endStaffSessions({ now }, tx, { id, merchantId }, { sid })
    },
  }
}

/** The token of somebody who signed in, and saying for whom they work. */
export function connectLogIn<S extends { readonly id: string }>(
  deps: Parameters<typeof viewSession<S>>[0] & GrantDeps & Pick<Services['tokens'], 'getSigningKey'>,
  { findShopsOf }: Pick<ShopBook, 'findShopsOf'>,
) {
  return {
    async signSession(claims: SessionClaims) {
      const signingKey = await deps.getSigningKey('session')
      return viewSession(deps, await signSession({ ...deps, newId: newTokenId }, signingKey, claims))
    },
    /** Every merchant has a shop, and each shop knows its seller's name. */
    async findMerchantName(merchantId: string) {
      const [shop] = await findShopsOf(merchantId)
      if (shop === undefined) throw new Error(`merchant ${merchantId} has no shop`)
      return shop.merchantName
    },
  }
}
