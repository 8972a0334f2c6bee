import { createHash } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import { type Prisma, PrismaClient } from './generated/client.ts'

export type Database = PrismaClient
/** An open transaction. */
export type Tx = Prisma.TransactionClient
export type InTransaction = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>

type Options = {
  url: string
  /** Connections of this process. */
  poolSize: number
  /** The database role to work as; see the guards migration. */
  role?: string
}

/** Opens the pool. Connections are made lazily; a dead server shows at the first query. */
export function openDatabase({ url, poolSize, role = 'fapiao_app' }: Options): Database {
  const pool = {
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    options: `-c role=${role} -c statement_timeout=10s -c lock_timeout=5s -c idle_in_transaction_session_timeout=15s`,
  }
  const adapter = new PrismaPg(pool, { statementNameGenerator: nameStatement })
  return new PrismaClient({ adapter, transactionOptions: { maxWait: 10_000, timeout: 15_000 } })
}

/** Statements of many rows differ with every count; longer ones are seldom the same twice. */
const NAMED_LENGTH = 4_000
const MANY_ROWS = /\)\s*,\s*\(/
const names = new Map<string, string>()
const NAMES_MAX = 500

/**
 * The same text gets the same name, so that each connection parses and plans it once. Unnamed: what
 * would fill a connection's memory with statements that never come again.
 */
function nameStatement({ sql }: { sql: string }): string {
  const known = names.get(sql)
  if (known !== undefined) return known
  if (sql.length > NAMED_LENGTH || MANY_ROWS.test(sql) || names.size >= NAMES_MAX) return ''
  const name = createHash('sha256').update(sql).digest('base64url').slice(0, 24)
  names.set(sql, name)
  return name
}

/** Serialisation failure and deadlock: PostgreSQL asks to try the same transaction again. */
const RETRY = new Set(['40001', '40P01'])

/** Runs the work in one transaction, and again (at most three times) where PostgreSQL asks for it. */
export function inTransactionOf(database: Database): InTransaction {
  return async (work) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await database.$transaction(work)
      } catch (error) {
        if (attempt === 3 || !RETRY.has(sqlState(error) ?? '')) throw error
      }
    }
  }
}

/** The five-character SQLSTATE of a database error, or null. */
export function sqlState(error: unknown): string | null {
  const cause = databaseCause(error)
  return typeof cause?.originalCode === 'string' ? cause.originalCode : null
}

/** True where the error is the violation of the named constraint. */
export function violates(error: unknown, constraint: string): boolean {
  const cause = databaseCause(error)
  return cause !== null && `${cause.originalMessage}`.includes(`"${constraint}"`)
}

type DriverCause = { originalCode?: unknown; originalMessage?: unknown }

/** Prisma wraps the driver's error in `meta.driverAdapterError.cause`, raw queries included. */
function databaseCause(error: unknown): DriverCause | null {
  if (typeof error !== 'object' || error === null) return null
  if (
    'cause' in error &&
    typeof error.cause === 'object' &&
    error.cause !== null &&
    'originalCode' in error.cause
  ) {
    return error.cause
  }
  if (!('meta' in error) || typeof error.meta !== 'object' || error.meta === null) return null
  if (!('driverAdapterError' in error.meta)) return null
  return databaseCause(error.meta.driverAdapterError)
}
