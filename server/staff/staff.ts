import type { StaffRole } from '../tokens/roles.ts'

/** A staff account. Its name is sealed and opened only where it is shown. */
export type Staff = {
  readonly id: string
  readonly merchantId: string
  /** Null: all shops of the merchant. */
  readonly shopId: string | null
  readonly role: StaffRole
  readonly loginIndex: Uint8Array<ArrayBuffer>
  readonly loginSealed: Uint8Array
  readonly launchSubject: string | null
  readonly passwordHash: string
  readonly totpSealed: Uint8Array
  readonly totpLastStep: bigint | null
  readonly disabledAt: Date | null
  readonly lastLoginAt: Date | null
}

/** What people type stands for one name: case, width and outer spaces do not matter. */
export function normaliseLogin(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase()
}

/** `name@merchant`: the part behind the @ keeps two merchants' names apart. */
export const LOGIN = /^[a-z0-9\u4e00-\u9fff][a-z0-9._\u4e00-\u9fff-]{0,39}@[a-z0-9][a-z0-9.-]{0,39}$/

/** Places of what is sealed in a row. */
export const staffPlace = (
  { id, merchantId }: Pick<Staff, 'id' | 'merchantId'>,
  column: 'login' | 'totp',
) => ({ merchantId, table: 'staff', column, rowId: id })
