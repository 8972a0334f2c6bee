import { checkTitle, type NormalisedTitle } from '../../widget/title/check-title.ts'
import { maskEmail, maskName, maskPhone, maskTaxId } from '../../widget/title/mask.ts'
import { titleNameKey } from '../../widget/title/title-name.ts'
import { type Actor, recordAudit } from '../audit/record.ts'
import { Problem } from '../contract/problem.ts'
import type { TitleDetails, TitleEntry, TitleSave } from '../contract/titles.ts'
import type { Database, Tx } from '../database/database.ts'
import { v7 } from '../database/ids.ts'
import type { Vault } from '../privacy/vault.ts'
import {
  type BookKey,
  deleteEntries,
  findEntry,
  listEntries,
  lockBook,
  makeDefault,
  putEntry,
  type StoredEntry,
} from './title-book.store.ts'

export type TitleBookDeps = { readonly vault: Vault; readonly now: () => Date }

/** A customer whom the merchant's backend vouched for: the subject is the same next year. */
export type BookOwner = { readonly merchantId: string; readonly subject: string }

/** More than anybody chooses from; the one that was not used for longest makes room. */
const ENTRIES_MAX = 20

type Kept = { title: TitleDetails; kind: TitleSave['kind']; email: string | null }

function keyOf({ vault }: TitleBookDeps, { merchantId, subject }: BookOwner): BookKey {
  return { merchantId, subjectIndex: vault.index(merchantId, 'title book', subject) }
}

function placeOf(merchantId: string, id: string) {
  return { merchantId, table: 'customer_title', column: 'title', rowId: id }
}

/** The whole book of a customer, as its owner sees it. */
export async function readBook(
  deps: TitleBookDeps,
  tx: Tx | Database,
  owner: BookOwner,
): Promise<TitleEntry[]> {
  const rows = await listEntries(tx, keyOf(deps, owner))
  return Promise.all(rows.map((row) => openEntry(deps, owner.merchantId, row)))
}

async function openEntry(
  { vault }: TitleBookDeps,
  merchantId: string,
  row: StoredEntry,
): Promise<TitleEntry> {
  const kept = (await vault.openJson(placeOf(merchantId, row.id), row.titleSealed)) as Kept // written by saveTitle
  const { id, isDefault, createdAt, lastUsedAt } = row
  return {
    id,
    ...kept,
    isDefault,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt.toISOString(),
  }
}

/** As an agent sees it: a company's name as on every invoice, everything that reaches a person masked. */
export function maskEntry(entry: TitleEntry): TitleEntry {
  const { kind, name, taxId, address, phone, bankName, bankAccount } = entry.title
  return {
    ...entry,
    email: entry.email && maskEmail(entry.email),
    title: {
      kind,
      name: kind === 'person' ? maskName(name) : name,
      taxId: taxId && maskTaxId(taxId),
      address: address && '****',
      phone: phone && maskPhone(phone),
      bankName,
      bankAccount: bankAccount && maskTaxId(bankAccount),
    },
  }
}

/** As on the invoice: trimmed and normalised. Refuses with `preflight_failed` and every fault. */
function readKept({ title, kind, email }: TitleSave): Kept {
  const hasTaxId = title.kind !== 'person' && title.kind !== 'foreign'
  const { faults, normalised } = checkTitle({
    kind: title.kind,
    invoiceKind: kind,
    name: title.name ?? '',
    taxId: hasTaxId ? (title.taxId ?? '') : '',
    email: email ?? undefined,
  })
  if (faults.length > 0) {
    const errors = faults.map(({ code, field }) => ({ code, field: pointerOf(field) }))
    throw new Problem('preflight_failed', { field: errors[0]?.field, errors })
  }
  const more = hasTaxId ? title : null
  return {
    kind,
    email: normalised.email,
    title: {
      kind: title.kind,
      name: normalised.name,
      taxId: normalised.taxId,
      address: presence(more?.address),
      phone: presence(more?.phone),
      bankName: presence(more?.bankName),
      bankAccount: presence(more?.bankAccount),
    },
  }
}

function pointerOf(field: keyof NormalisedTitle): string {
  return field === 'email' || field === 'phone' ? `/${field}` : `/title/${field}`
}

function presence(text: string | null | undefined): string | null {
  return text?.trim() || null
}

type Saving = { owner: BookOwner; actor: Actor; save: TitleSave }

/**
 * Keeps a title, or makes it the last used where it is kept already; with `isDefault` also the default.
 * What was typed wins: details of an entry become those of the last use. Answers with the entry's id.
 */
export async function saveTitle(
  deps: TitleBookDeps,
  tx: Tx,
  { owner, actor, save }: Saving,
): Promise<string> {
  const { vault } = deps
  const now = deps.now()
  const { merchantId } = owner
  const kept = readKept(save)
  const key = keyOf(deps, owner)
  await lockBook(tx, key)
  const { kind, name, taxId } = kept.title
  const titleIndex = vault.index(merchantId, 'kept title', `${kind}\n${taxId ?? ''}\n${titleNameKey(name)}`)
  const known = await findEntry(tx, key, titleIndex)
  const id = known?.id ?? v7(now)
  const titleSealed = await vault.sealJson(placeOf(merchantId, id), kept)
  await putEntry(tx, key, { id, titleIndex, titleSealed, at: now })
  if (save.isDefault === true) await makeDefault(tx, key, id)
  const others = (await listEntries(tx, key)).filter((entry) => entry.id !== id)
  await deleteEntries(
    tx,
    key,
    others.slice(ENTRIES_MAX - 1).map((entry) => entry.id),
  )
  const facts = { isNew: known === null, isDefault: save.isDefault === true }
  await recordAudit(tx, now, { merchantId, actor, act: 'title.saved', object: `title:${id}`, facts })
  return id
}

type Choosing = { owner: BookOwner; actor: Actor; id: string }

/** Offers this title first from now on. Refuses with `title_not_found`. */
export async function chooseDefault(
  deps: TitleBookDeps,
  tx: Tx,
  { owner, actor, id }: Choosing,
): Promise<void> {
  const key = keyOf(deps, owner)
  await lockBook(tx, key)
  if (!(await makeDefault(tx, key, id))) throw new Problem('title_not_found')
  const { merchantId } = owner
  await recordAudit(tx, deps.now(), { merchantId, actor, act: 'title.default_set', object: `title:${id}` })
}

/** Forgets one title, or without an id the whole book. Refuses with `title_not_found` where none is. */
export async function forgetTitles(
  deps: TitleBookDeps,
  tx: Tx,
  { owner, actor, id }: { owner: BookOwner; actor: Actor; id: string | null },
): Promise<void> {
  const key = keyOf(deps, owner)
  await lockBook(tx, key)
  const ids = id === null ? (await listEntries(tx, key)).map((entry) => entry.id) : [id]
  const count = await deleteEntries(tx, key, ids)
  if (id !== null && count === 0) throw new Problem('title_not_found')
  const { merchantId } = owner
  const object = id === null ? 'titles' : `title:${id}`
  await recordAudit(tx, deps.now(), { merchantId, actor, act: 'title.forgotten', object, facts: { count } })
}

/** That somebody took a copy is on record; what was in it is not. */
export async function exportBook(
  deps: TitleBookDeps,
  tx: Tx,
  { owner, actor }: { owner: BookOwner; actor: Actor },
): Promise<TitleEntry[]> {
  const items = await readBook(deps, tx, owner)
  const facts = { count: items.length }
  const { merchantId } = owner
  await recordAudit(tx, deps.now(), { merchantId, actor, act: 'title.exported', object: 'titles', facts })
  return items
}
