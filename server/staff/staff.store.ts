import type { Database, Tx } from '../database/database.ts'
import { isStaffRole, type StaffRole } from '../tokens/roles.ts'
import type { Staff } from './staff.ts'

export type NewStaff = Pick<
  Staff,
  'id' | 'merchantId' | 'shopId' | 'role' | 'loginIndex' | 'launchSubject' | 'passwordHash'
> & { readonly loginSealed: Uint8Array<ArrayBuffer>; readonly totpSealed: Uint8Array<ArrayBuffer> }

export async function insertStaff(tx: Tx, staff: NewStaff): Promise<void> {
  await tx.staff.create({ data: staff })
}

export async function findStaff(tx: Tx | Database, id: string): Promise<Staff | null> {
  const row = await tx.staff.findUnique({ where: { id } })
  return row === null ? null : toStaff(row)
}

export async function findStaffByLogin(
  tx: Tx | Database,
  loginIndex: Uint8Array<ArrayBuffer>,
): Promise<Staff | null> {
  const row = await tx.staff.findUnique({ where: { loginIndex } })
  return row === null ? null : toStaff(row)
}

export async function listStaff(tx: Tx | Database, where: { merchantId: string } | null): Promise<Staff[]> {
  const rows = await tx.staff.findMany({ ...(where && { where }), orderBy: { createdAt: 'asc' } })
  return rows.map(toStaff)
}

/** The row locked: two codes of one account are looked at one after the other. */
export async function lockStaff(tx: Tx, id: string): Promise<Staff> {
  await tx.$queryRaw`SELECT 1 FROM staff WHERE id = ${id}::uuid FOR UPDATE`
  const staff = await findStaff(tx, id)
  if (staff === null) throw new Error(`staff ${id} is gone`)
  return staff
}

/** False where a code of this step or a later one was accepted before (RFC 6238 §5.2). */
export async function takeTotpStep(tx: Tx, id: string, step: bigint): Promise<boolean> {
  const { count } = await tx.staff.updateMany({
    where: { id, OR: [{ totpLastStep: null }, { totpLastStep: { lt: step } }] },
    data: { totpLastStep: step },
  })
  return count === 1
}

export type StaffChange = Partial<{
  role: StaffRole
  passwordHash: string
  totpSealed: Uint8Array<ArrayBuffer>
  totpLastStep: null
  disabledAt: Date | null
  lastLoginAt: Date
}>

export async function changeStaff(tx: Tx, id: string, data: StaffChange): Promise<void> {
  await tx.staff.update({ where: { id }, data })
}

/** The old ones are gone with the new ones. */
export async function replaceRecoveryCodes(
  tx: Tx,
  staffId: string,
  codes: readonly Uint8Array<ArrayBuffer>[],
): Promise<void> {
  await tx.staffRecoveryCode.deleteMany({ where: { staffId } })
  await tx.staffRecoveryCode.createMany({ data: codes.map((codeIndex) => ({ staffId, codeIndex })) })
}

/** False where there is no such code, or it was used. */
export async function useRecoveryCode(
  tx: Tx,
  now: Date,
  { staffId, codeIndex }: { staffId: string; codeIndex: Uint8Array<ArrayBuffer> },
): Promise<boolean> {
  const where = { staffId, codeIndex, usedAt: null }
  const { count } = await tx.staffRecoveryCode.updateMany({ where, data: { usedAt: now } })
  return count === 1
}

/** Until when the session's second factor counts; null: not shown, or too long ago. */
export async function findStepUp(tx: Tx | Database, now: Date, sid: string): Promise<Date | null> {
  const row = await tx.staffStepUp.findUnique({ where: { sid } })
  return row !== null && row.until > now ? row.until : null
}

export async function saveStepUp(
  tx: Tx,
  { sid, staffId, until }: { sid: string; staffId: string; until: Date },
): Promise<void> {
  await tx.staffStepUp.upsert({ where: { sid }, create: { sid, staffId, until }, update: { until } })
}

type Row = Omit<Staff, 'role'> & { readonly role: string }

function toStaff(row: Row): Staff {
  if (!isStaffRole(row.role)) throw new Error(`a staff row says ${row.role}`)
  return { ...row, role: row.role }
}
