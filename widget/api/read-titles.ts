import type { TitleBook, TitleEntry, TitleExport } from '../../server/contract/titles.ts'
import { type Guard, isFlag, isText, listOf, oneOf, orNull, record } from './read.ts'
import { isInvoiceKind } from './read-replies.ts'

const isTitleEntry: Guard<TitleEntry> = record({
  id: isText,
  title: record({
    kind: oneOf('person', 'company', 'sole_trader', 'public_body', 'foreign'),
    name: isText,
    taxId: orNull(isText),
    address: orNull(isText),
    phone: orNull(isText),
    bankName: orNull(isText),
    bankAccount: orNull(isText),
  }),
  kind: isInvoiceKind,
  email: orNull(isText),
  isDefault: isFlag,
  createdAt: isText,
  lastUsedAt: isText,
})

export const isTitleBook: Guard<TitleBook> = record({ items: listOf(isTitleEntry), canSave: isFlag })

export const isTitleExport: Guard<TitleExport> = record({ exportedAt: isText, items: listOf(isTitleEntry) })
