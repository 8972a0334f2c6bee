import { RememberTitle } from './RememberTitle.tsx'
import { TitleKept } from './TitleKept.tsx'
import { TitleOffer } from './TitleOffer.tsx'
import { openTitleBook } from './use-title-book.ts'

/** What the flow fetches for a customer who can keep titles: one script, since each more costs the first load. */
export const titleParts = { Offer: TitleOffer, Remember: RememberTitle, Kept: TitleKept, open: openTitleBook }
export type TitleParts = typeof titleParts
