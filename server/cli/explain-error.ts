import { ConfigInvalid } from '../config.ts'
import { Problem } from '../contract/problem.ts'
import { sqlState } from '../database/database.ts'
import { SENTENCES } from '../http/sentences.ts'

/** Something the person at the keyboard can put right; shown without a stack. */
export class CommandRefused extends Error {}

/** One line for a person. A database error repeats values in its message, so only its code is shown. */
export function explainError(error: unknown): string {
  if (error instanceof Problem) return `${SENTENCES[error.code]} (${error.code})`
  if (error instanceof CommandRefused || error instanceof ConfigInvalid) return error.message
  const state = sqlState(error)
  if (state !== null) return `the database refused (SQLSTATE ${state})`
  return error instanceof Error ? error.message : String(error)
}
