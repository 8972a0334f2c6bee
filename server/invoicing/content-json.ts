import type { InvoiceContent, InvoiceLine } from './invoice.ts'

/** JSON cannot carry bigint: fen travel as decimal strings, everything else as it is. */
export function contentToJson(content: InvoiceContent): unknown {
  return JSON.parse(
    JSON.stringify(content, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
  )
}

type Stored<T> = { [K in keyof T]: T[K] extends bigint ? string : T[K] }
type StoredContent = Omit<Stored<InvoiceContent>, 'lines'> & { lines: Stored<InvoiceLine>[] }

/** Reads what `contentToJson` wrote: the sealed column is ours, and its tag proves that nobody changed it. */
export function contentFromJson(value: unknown): InvoiceContent {
  const stored = value as StoredContent // authenticated by the vault, written by contentToJson
  return {
    ...stored,
    netFen: BigInt(stored.netFen),
    taxFen: BigInt(stored.taxFen),
    grossFen: BigInt(stored.grossFen),
    lines: stored.lines.map((line) => ({
      ...line,
      netFen: BigInt(line.netFen),
      taxFen: BigInt(line.taxFen),
      grossFen: BigInt(line.grossFen),
    })),
  }
}
