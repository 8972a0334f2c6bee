import type { Tx } from '../database/database.ts'
import type { Vault } from '../privacy/vault.ts'
import { takeTotpStep, useRecoveryCode } from './staff.store.ts'
import { type Staff, staffPlace } from './staff.ts'
import { findTotpStep } from './totp.ts'

export type FactorDeps = { readonly vault: Vault; now(): Date }

/** `replayed`: the right code of these minutes, used before. */
export type FactorOutcome = 'accepted' | 'recovery_code' | 'wrong' | 'replayed'

/** A code of the authenticator, once. The account's row must be locked. */
export async function acceptTotp(
  { vault, now }: FactorDeps,
  tx: Tx,
  staff: Staff,
  code: string,
): Promise<FactorOutcome> {
  const secret = await vault.openBytes(staffPlace(staff, 'totp'), staff.totpSealed)
  const step = findTotpStep(secret, code.trim(), now())
  if (step === null) return 'wrong'
  return (await takeTotpStep(tx, staff.id, step)) ? 'accepted' : 'replayed'
}

/** For signing in, one of the recovery codes will do as well. */
export async function acceptFactor(
  deps: FactorDeps,
  tx: Tx,
  staff: Staff,
  code: string,
): Promise<FactorOutcome> {
  const text = normaliseRecoveryCode(code)
  if (!RECOVERY_CODE.test(text)) return acceptTotp(deps, tx, staff, code)
  const codeIndex = recoveryIndex(deps.vault, staff, text)
  return (await useRecoveryCode(tx, deps.now(), { staffId: staff.id, codeIndex })) ? 'recovery_code' : 'wrong'
}

/** Crockford's letters: no I, L, O or U to mistake. Twelve of them are 60 bits. */
const RECOVERY_CODE = /^[0-9A-HJKMNP-TV-Z]{12}$/

function normaliseRecoveryCode(text: string): string {
  return text.toUpperCase().replace(/[\s-]/g, '')
}

/** Rows hold this: a backup does not say which codes there are. */
export function recoveryIndex(
  vault: Vault,
  { id, merchantId }: Pick<Staff, 'id' | 'merchantId'>,
  code: string,
) {
  return vault.index(merchantId, 'staff recovery code', `${id}\n${normaliseRecoveryCode(code)}`)
}
