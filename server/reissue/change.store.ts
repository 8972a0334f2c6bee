import { type Actor, actorText } from '../audit/record.ts'
import type { Tx } from '../database/database.ts'
import { v7 } from '../database/ids.ts'
import type { Vault } from '../privacy/vault.ts'
import { type Change, changeFromJson, changeToJson } from './change.ts'
import type { Reissue, ReviewReason } from './reissue.store.ts'

type NewReissue = Pick<
  Reissue,
  | 'merchantId'
  | 'shopId'
  | 'invoiceId'
  | 'cause'
  | 'method'
  | 'reason'
  | 'surface'
  | 'byCustomer'
  | 'diffHash'
> & { actor: Actor; reviewReason: ReviewReason | null; change: Change }

/** Inserts a plan with its history. A second running one of an invoice violates `reissue_one_running`. */
export async function insertReissue(vault: Vault, tx: Tx, now: Date, made: NewReissue): Promise<string> {
  const id = v7(now)
  const { merchantId, change, diffHash, actor: who, ...rest } = made
  const actor = actorText(who)
  await tx.reissue.create({
    data: {
      id,
      merchantId,
      ...rest,
      actor,
      state: 'planned',
      changesSealed: await vault.sealJson(changePlace({ merchantId, id }), changeToJson(change)),
      diffHash: Buffer.from(diffHash, 'hex'),
      createdAt: now,
      updatedAt: now,
    },
  })
  await tx.reissueMove.create({
    data: { id: v7(now), reissueId: id, fromState: null, toState: 'planned', actor, at: now },
  })
  return id
}

type Sealed = Pick<Reissue, 'id' | 'merchantId' | 'changesSealed'>

export async function openChange(vault: Vault, reissue: Sealed): Promise<Change> {
  return changeFromJson(await vault.openJson(changePlace(reissue), reissue.changesSealed))
}

export function sealChange(vault: Vault, reissue: Omit<Sealed, 'changesSealed'>, change: Change) {
  return vault.sealJson(changePlace(reissue), changeToJson(change))
}

function changePlace({ merchantId, id }: { merchantId: string; id: string }) {
  return { merchantId, table: 'reissue', column: 'changes', rowId: id }
}
