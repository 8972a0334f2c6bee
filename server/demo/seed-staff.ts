import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { newPassword } from '../cli/staff-commands.ts'
import type { Database, InTransaction } from '../database/database.ts'
import type { Vault } from '../privacy/vault.ts'
import { addStaff, resetPassword, resetTotp } from '../staff/change-staff.ts'
import { indexOfLogin } from '../staff/log-in.ts'
import { findStaffByLogin } from '../staff/staff.store.ts'
import type { StaffRole } from '../tokens/roles.ts'
import { MERCHANTS } from './stage.ts'

type Deps = {
  database: Database
  inTransaction: InTransaction
  vault: Vault
  now(): Date
  dataDir: string
}

/** What the demo's authenticator page and the banner show. Outside the demo nothing like it is written down. */
export type DemoAccount = {
  readonly login: string
  readonly role: StaffRole
  readonly password: string
  readonly totpUri: string
}

type Wanted = { readonly login: string; readonly role: StaffRole; readonly launchSubject: string | null }

/** Staff of merchant A (journeys §D0); `agent-lin` sits at the demo's chat console. */
const ACCOUNTS: readonly Wanted[] = [
  { login: 'finance@demo-a', role: 'finance', launchSubject: null },
  { login: 'admin@demo-a', role: 'shop_admin', launchSubject: null },
  { login: 'agent@demo-a', role: 'agent', launchSubject: 'agent-lin' },
  { login: 'senior@demo-a', role: 'senior_agent', launchSubject: null },
  { login: 'auditor@demo-a', role: 'auditor', launchSubject: null },
  { login: 'ops@demo-a', role: 'ops', launchSubject: null },
]

const SEEDER = { kind: 'operator', id: 'demo-seed' } as const

/** A directory of its own: what lies beside it are the merchants' keys. */
const fileIn = (dataDir: string) => join(dataDir, 'demo/staff/accounts.json')

/** Accounts with passwords of chance. Where the file or a row is missing, that account is set up anew. */
export async function seedStaff(deps: Deps): Promise<readonly DemoAccount[]> {
  const path = fileIn(deps.dataDir)
  const known = existsSync(path) ? readAccounts(await readFile(path, 'utf8')) : []
  const accounts: DemoAccount[] = []
  for (const wanted of ACCOUNTS) {
    accounts.push(await seedAccount(deps, wanted, known.find(({ login }) => login === wanted.login) ?? null))
  }
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, `${JSON.stringify(accounts, null, 2)}\n`, { mode: 0o600 })
  return accounts
}

async function seedAccount(
  deps: Deps,
  { login, role, launchSubject }: Wanted,
  known: DemoAccount | null,
): Promise<DemoAccount> {
  const [merchant] = MERCHANTS
  if (merchant === undefined) throw new Error('the stage has no merchant')
  const standing = await findStaffByLogin(deps.database, indexOfLogin(deps, login))
  if (standing !== null && known !== null) return known

  const password = newPassword()
  const { totpUri } = await deps.inTransaction(async (tx) => {
    const account = {
      merchantId: merchant.id,
      shopId: null,
      login,
      role,
      launchSubject,
      password,
      actor: SEEDER,
    }
    if (standing === null) return addStaff(deps, tx, account)
    const change = { id: standing.id, actor: SEEDER }
    await resetPassword(deps, tx, { ...change, password })
    return resetTotp(deps, tx, change)
  })
  return { login, role, password, totpUri }
}

/** What a person changed in the file is theirs to mend: an entry that is none is made anew. */
function readAccounts(text: string): DemoAccount[] {
  const list: unknown = JSON.parse(text)
  return Array.isArray(list) ? list.filter(isAccount) : []
}

function isAccount(value: unknown): value is DemoAccount {
  if (typeof value !== 'object' || value === null) return false
  const { login, role, password, totpUri }: Partial<Record<string, unknown>> = { ...value }
  return [login, role, password, totpUri].every((member) => typeof member === 'string')
}
