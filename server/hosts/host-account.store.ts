import { HOST_IDS, type HostId } from '../contract/hosts.ts'
import type { Database, Tx } from '../database/database.ts'
import type { Prisma } from '../database/generated/client.ts'
import type { Vault } from '../privacy/vault.ts'
import { type HostAccount, readAccount } from './host-account.ts'

type Deps = { readonly vault: Vault }

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The account, disabled ones too; null where no account has this id. */
export async function findHostAccount(tx: Tx | Database, id: string): Promise<HostAccount | null> {
  if (!UUID.test(id)) return null
  const row = await tx.hostAccount.findUnique({ where: { id } })
  return row && toAccount(row)
}

/** Those of a merchant, the newest first; with `shopId` and `host` those of that shop and console alone. */
export async function listHostAccounts(
  tx: Tx | Database,
  of: { merchantId: string; shopId?: string; host?: HostId },
): Promise<HostAccount[]> {
  const rows = await tx.hostAccount.findMany({ where: of, orderBy: { createdAt: 'desc' } })
  return rows.map(toAccount)
}

/** What only the console and we know. */
export async function openHostSecret(
  { vault }: Deps,
  tx: Tx | Database,
  account: HostAccount,
): Promise<string> {
  const { secretSealed } = await tx.hostAccount.findUniqueOrThrow({
    where: { id: account.id },
    select: { secretSealed: true },
  })
  return (await vault.openBytes(placeOf(account), secretSealed)).toString('utf8')
}

export async function insertHostAccount(
  { vault }: Deps,
  tx: Tx,
  account: HostAccount,
  { secret, at }: { secret: string; at: Date },
): Promise<void> {
  const { id, merchantId, shopId, host, settings } = account
  const secretSealed = await vault.sealBytes(placeOf(account), Buffer.from(secret, 'utf8'))
  await tx.hostAccount.create({
    data: { id, merchantId, shopId, host, settings, secretSealed, createdAt: at },
  })
}

/** From now on nobody gets in through it, and whoever came in leaves. False where it is disabled already. */
export async function disableHostAccount(tx: Tx, { id, at }: { id: string; at: Date }): Promise<boolean> {
  const { count } = await tx.hostAccount.updateMany({
    where: { id, disabledAt: null },
    data: { disabledAt: at },
  })
  return count === 1
}

type Row = {
  id: string
  merchantId: string
  shopId: string
  host: string
  settings: Prisma.JsonValue
  disabledAt: Date | null
}

function toAccount({ id, merchantId, shopId, host, settings, disabledAt }: Row): HostAccount {
  const known = HOST_IDS.find((name) => name === host)
  if (known === undefined) throw new Error(`host account ${id}: no console is called ${host}`)
  const account = readAccount({ id, merchantId, shopId, host: known, settings, disabledAt })
  if ('wrong' in account) throw new Error(`host account ${id}: ${account.wrong.join(', ')} is not usable`)
  return account
}

function placeOf({ id, merchantId }: Pick<HostAccount, 'id' | 'merchantId'>) {
  return { merchantId, table: 'host_account', column: 'secret', rowId: id }
}
