import { normaliseTaxId } from '../../widget/title/tax-id.ts'
import { titleNameKey } from '../../widget/title/title-name.ts'
import type { Tx } from '../database/database.ts'
import { v7 } from '../database/ids.ts'
import type { Vault } from '../privacy/vault.ts'
import { insertGrams, upsertTitle } from './title.store.ts'
import { nameGrams, taxIdGrams, titlePlace } from './title-grams.ts'

export type RememberTitleDeps = { vault: Vault; now: () => Date }

/**
 * A company that was invoiced is offered to agents next time. Call it where an invoice is issued, in
 * that transaction, for companies alone: a person's title is nobody's to look up. Twice is once.
 */
export async function rememberTitle(
  { vault, now }: RememberTitleDeps,
  tx: Tx,
  merchantId: string,
  title: { name: string; taxId: string },
): Promise<void> {
  const at = now()
  const id = v7(at)
  const taxId = normaliseTaxId(title.taxId)
  const name = title.name.trim()
  const isNew = await upsertTitle(tx, {
    id,
    merchantId,
    titleSealed: await vault.sealJson(titlePlace(merchantId, id), { name, taxId }),
    titleIndex: vault.index(merchantId, 'known title', `${taxId}\n${titleNameKey(name)}`),
    at,
  })
  if (!isNew) return
  const grams = [...nameGrams(vault, merchantId, titleNameKey(name)), ...taxIdGrams(vault, merchantId, taxId)]
  await insertGrams(tx, { merchantId, titleId: id, grams })
}
