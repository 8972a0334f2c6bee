import type { Static } from 'typebox'
import { normaliseTaxId } from '../../widget/title/tax-id.ts'
import { titleNameKey } from '../../widget/title/title-name.ts'
import type { TitleSuggestion } from '../contract/titles.ts'
import type { Database } from '../database/database.ts'
import type { Vault } from '../privacy/vault.ts'
import { type Company, findCompanies, findTitlesByGrams, type SealedTitle } from './title.store.ts'
import { nameGrams, taxIdGram, titlePlace } from './title-grams.ts'

export type SearchTitlesDeps = { database: Database; vault: Vault }

export type TitleAsk = { merchantId: string; role: 'agent' | 'customer'; text: string }

type Suggestion = Static<typeof TitleSuggestion>

/** One character fits everything. */
const TEXT_MIN = 2
/** What a list below a field shows without scrolling. */
const SUGGESTIONS_MAX = 8
/** Candidates opened per search: bigrams that stand apart are sorted out only then. */
const CANDIDATES_MAX = 100

/**
 * Companies whose name contains the text, or whose tax id begins with it; case and width do not
 * matter. Agents find the titles their merchant has invoiced, then the published list; customers the
 * list alone, because who is a customer of whom is nobody's business.
 */
export async function searchTitles(deps: SearchTitlesDeps, ask: TitleAsk): Promise<Suggestion[]> {
  const wanted = readWanted(ask.text)
  if (wanted === null) return []
  const known = ask.role === 'agent' ? await searchKnown(deps, ask.merchantId, wanted) : []
  const companies = await findCompanies(deps.database, { ...wanted, limit: SUGGESTIONS_MAX * 2 })
  const listed = companies
    .filter(({ taxId }) => !known.some((title) => title.taxId === taxId))
    .map((company): Suggestion => ({ ...company, source: 'directory' }))
  return [...known, ...listed].slice(0, SUGGESTIONS_MAX)
}

type Wanted = { nameKey: string; taxIdPrefix: string | null }

function readWanted(text: string): Wanted | null {
  const nameKey = titleNameKey(text)
  if ([...nameKey].length < TEXT_MIN) return null
  const id = normaliseTaxId(text)
  return { nameKey, taxIdPrefix: /^[0-9A-Z]{2,20}$/.test(id) ? id : null }
}

async function searchKnown(
  { database, vault }: SearchTitlesDeps,
  merchantId: string,
  { nameKey, taxIdPrefix }: Wanted,
): Promise<Suggestion[]> {
  const ways = [nameGrams(vault, merchantId, nameKey)]
  if (taxIdPrefix !== null) ways.push([taxIdGram(vault, merchantId, taxIdPrefix)])
  const found = await Promise.all(
    ways.map((grams) => findTitlesByGrams(database, { merchantId, grams, limit: CANDIDATES_MAX })),
  )
  const byId = new Map(found.flat().map((row) => [row.id, row]))
  const titles = await Promise.all([...byId.values()].map((row) => openTitle(vault, merchantId, row)))
  return titles
    .flatMap((title) => title ?? [])
    .filter(
      ({ name, taxId }) =>
        titleNameKey(name).includes(nameKey) || (taxIdPrefix !== null && taxId.startsWith(taxIdPrefix)),
    )
    .slice(0, SUGGESTIONS_MAX)
    .map((title) => ({ ...title, source: 'known' }))
}

/** Null is a row that `rememberTitle` did not write. */
async function openTitle(vault: Vault, merchantId: string, row: SealedTitle): Promise<Company | null> {
  const value = await vault.openJson(titlePlace(merchantId, row.id), row.titleSealed)
  if (typeof value !== 'object' || value === null || !('name' in value) || !('taxId' in value)) return null
  const { name, taxId } = value
  return typeof name === 'string' && typeof taxId === 'string' ? { name, taxId } : null
}
