import { formatFen } from '../i18n/format.ts'

/** An amount in yuan from integer fen, in figures of one width so that columns stand. */
export function Money({ fen, isSigned = false }: { fen: number; isSigned?: boolean }) {
  const sign = fen < 0 ? '−' : isSigned && fen > 0 ? '+' : ''
  return (
    <span class="money">
      {sign}¥{formatFen(Math.abs(fen))}
    </span>
  )
}
