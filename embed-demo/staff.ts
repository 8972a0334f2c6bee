import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A member of the demo's staff, with all that a real one would keep to oneself. */
export type DemoAccount = {
  readonly login: string
  readonly role: string
  readonly password: string
  /** otpauth://, as an authenticator scans it. */
  readonly totpUri: string
}

/** The accounts that the seed wrote beside the merchants' keys; none before it did. */
export async function readAccounts(directory: string): Promise<readonly DemoAccount[]> {
  const text = await readFile(join(directory, 'staff/accounts.json'), 'utf8').catch(() => '[]')
  const list: unknown = JSON.parse(text)
  return Array.isArray(list) ? list.filter(isAccount) : []
}

function isAccount(value: unknown): value is DemoAccount {
  if (typeof value !== 'object' || value === null) return false
  const { login, role, password, totpUri }: Partial<Record<string, unknown>> = { ...value }
  return [login, role, password, totpUri].every((member) => typeof member === 'string')
}
