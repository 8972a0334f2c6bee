import type { InvoiceBrief } from '../../server/contract/invoicing.ts'
import { Money } from '../ui/Money.tsx'

type Props = {
  papers: readonly (readonly [name: string, invoice: InvoiceBrief | null])[]
  /** The invoice on the screen, which leads nowhere. */
  at: string | null
  onOpen(invoiceId: string): void
}

/** Old, red and new, each one tap away from the others. */
export function PaperList({ papers, at, onOpen }: Props) {
  return (
    <ul class="lines papers">
      {papers.map(([name, invoice]) =>
        invoice === null ? null : (
          <li key={invoice.id}>
            <span>
              {name}
              <br />
              {invoice.id === at ? (
                <span class="digits muted">{invoice.number}</span>
              ) : (
                <button type="button" class="link digits" onClick={() => onOpen(invoice.id)}>
                  {invoice.number}
                </button>
              )}
            </span>
            <Money fen={invoice.grossFen} />
          </li>
        ),
      )}
    </ul>
  )
}
