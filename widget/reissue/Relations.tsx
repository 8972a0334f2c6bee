import type { InvoiceBrief, InvoiceView } from '../../server/contract/invoicing.ts'
import { useReissueTexts } from '../i18n/reissue.ts'
import { Card } from '../ui/Card.tsx'
import { PaperList } from './PaperList.tsx'

type Props = { invoice: Pick<InvoiceView, 'relations' | 'colour'>; onOpen(invoiceId: string): void }

/** From a red to what it takes back, from a new invoice to the old one, and the other way round. */
export function Relations({ invoice, onOpen }: Props) {
  const words = useReissueTexts()
  const { reverses, reversedBy, replaces, replacedBy } = invoice.relations
  const papers: [string, InvoiceBrief | null][] = [
    [words.original, reverses ?? replaces],
    ...reversedBy.map((red): [string, InvoiceBrief] => [words.redInvoice, red]),
    [words.replacement, replacedBy],
  ]
  if (papers.every(([, paper]) => paper === null)) return null
  return (
    <Card heading={words.related}>
      <PaperList papers={papers} at={null} onOpen={onOpen} />
    </Card>
  )
}
