import { createHash, randomBytes } from 'node:crypto'
import type { Database, Tx } from '../database/database.ts'

/** A log-in, as its owner sees it. The cookie's value stands in no row. */
export type LoggedIn = {
  /** The `sid` of its tokens. */
  readonly id: string
  readonly merchantId: string
  readonly staffId: string
  readonly device: string
  readonly address: string
  readonly createdAt: Date
  readonly lastUsedAt: Date
  readonly endedAt: Date | null
}

/** 256 bits of chance: hashing them once is enough, and the hash is what a row holds. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

function hashSecret(secret: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(secret).digest())
}

export async function insertSession(
  tx: Tx,
  session: Omit<LoggedIn, 'lastUsedAt' | 'endedAt'>,
  secret: string,
): Promise<void> {
  const { createdAt: lastUsedAt } = session
  await tx.staffSession.create({ data: { ...session, lastUsedAt, secretHash: hashSecret(secret) } })
}

export async function findSessionBySecret(tx: Tx | Database, secret: string): Promise<LoggedIn | null> {
  return tx.staffSession.findUnique({ where: { secretHash: hashSecret(secret) }, select: SHOWN })
}

export async function findSession(tx: Tx | Database, id: string): Promise<LoggedIn | null> {
  return tx.staffSession.findUnique({ where: { id }, select: SHOWN })
}

/** Newest first, ended ones too. */
export async function listSessions(
  tx: Tx | Database,
  { staffId, since }: { staffId: string; since: Date },
): Promise<LoggedIn[]> {
  return tx.staffSession.findMany({
    where: { staffId, createdAt: { gte: since } },
    orderBy: { createdAt: 'desc' },
    take: SHOWN_MAX,
    select: SHOWN,
  })
}

/** More log-ins than a person has in a month; a list is bounded. */
const SHOWN_MAX = 200

/** The cookie of before opens nothing any more. */
export async function replaceSecret(tx: Tx, id: string, secret: string): Promise<void> {
  await tx.staffSession.update({ where: { id }, data: { secretHash: hashSecret(secret) } })
}

/** It gets a new token. */
export async function noteUse(tx: Tx | Database, id: string, lastUsedAt: Date): Promise<void> {
  await tx.staffSession.updateMany({ where: { id, endedAt: null }, data: { lastUsedAt } })
}

/** Ends what is open of an account, all of it or what is named; answers the ids. */
export async function endSessions(
  tx: Tx,
  at: Date,
  { staffId, id, except }: { staffId: string; id?: string; except?: string },
): Promise<string[]> {
  const ended = await tx.staffSession.updateManyAndReturn({
    where: {
      staffId,
      endedAt: null,
      ...(id === undefined ? {} : { id }),
      ...(except === undefined ? {} : { NOT: { id: except } }),
    },
    data: { endedAt: at },
    select: { id: true },
  })
  return ended.map((row) => row.id)
}

/** A log-in between its two steps. */
export type HalfLoggedIn = { readonly staffId: string; readonly merchantId: string; readonly expiresAt: Date }

export async function insertLogIn(tx: Tx | Database, half: HalfLoggedIn, secret: string): Promise<void> {
  await tx.staffLogIn.create({ data: { ...half, tokenHash: hashSecret(secret) } })
}

export async function findLogIn(
  tx: Tx | Database,
  now: Date,
  secret: string,
): Promise<Pick<HalfLoggedIn, 'staffId'> | null> {
  return tx.staffLogIn.findFirst({
    where: { tokenHash: hashSecret(secret), expiresAt: { gt: now } },
    select: { staffId: true },
  })
}

/** False where another one was faster: a half log-in becomes one session. */
export async function useLogIn(tx: Tx, secret: string): Promise<boolean> {
  const { count } = await tx.staffLogIn.deleteMany({ where: { tokenHash: hashSecret(secret) } })
  return count === 1
}

/** Who looks where they were signed in looks back a month. */
const KEEP_MS = 90 * 86_400_000

/** For the clean-up: half log-ins whose time is up, and sessions nobody asks about any more. */
export async function dropOldSessions(database: Database, now: Date): Promise<void> {
  await database.staffLogIn.deleteMany({ where: { expiresAt: { lt: now } } })
  await database.staffSession.deleteMany({
    where: { lastUsedAt: { lt: new Date(now.getTime() - KEEP_MS) } },
  })
}

const SHOWN = {
  id: true,
  merchantId: true,
  staffId: true,
  device: true,
  address: true,
  createdAt: true,
  lastUsedAt: true,
  endedAt: true,
} as const
