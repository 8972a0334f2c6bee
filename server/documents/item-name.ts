import type { InvoiceLine } from '../invoicing/invoice.ts'

/** 项目名称 as face and data file print it: `*简称*名称`, with exactly one prefix. */
export function itemName({ shortName, title }: InvoiceLine): string {
  return `*${shortName}*${title}`
}
