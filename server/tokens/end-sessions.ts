import { recordAudit } from '../audit/record.ts'
import type { Tx } from '../database/database.ts'
import { endSession, personMark, sessionMark } from './ended.store.ts'
import { actorOf, type Grant, type SessionGrant } from './grant.ts'

type Deps = { now(): Date }

/** A session takes itself back: signing out, in every process and on every open socket. */
export async function endOwnSession({ now }: Deps, tx: Tx, grant: SessionGrant): Promise<void> {
  const { merchantId, sid } = grant
  const at = now()
  await endSession(tx, { subject: sessionMark(sid), merchantId, at })
  const object = `session:${sid}`
  await recordAudit(tx, at, { merchantId, actor: actorOf(grant), act: 'session.ended', object })
}

/** Everything a person of the merchant has open ends; what they open from the next second on is good. */
export async function endPersonSessions(
  { now }: Deps,
  tx: Tx,
  { grant, subject }: { readonly grant: Grant; readonly subject: string },
): Promise<void> {
  const { merchantId } = grant
  const at = now()
  await endSession(tx, { subject: personMark(merchantId, subject), merchantId, at })
  const object = `person:${subject}`
  await recordAudit(tx, at, { merchantId, actor: actorOf(grant), act: 'sessions.ended', object })
}
