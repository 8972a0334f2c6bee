import type { InvoiceView } from '../../server/contract/invoicing.ts'
import { getInvoice } from '../api/get-invoice.ts'
import { formatDate } from '../i18n/format.ts'
import { useWords } from '../i18n/locale.tsx'
import { Card, Facts } from '../ui/Card.tsx'
import { lazily } from '../ui/lazily.tsx'
import { Money } from '../ui/Money.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { AskService } from './AskService.tsx'
import { Failure } from './Failure.tsx'
import { useFlow } from './flow-context.ts'
import { InvoiceFiles } from './InvoiceFiles.tsx'
import { SendMail } from './SendMail.tsx'
import { useFollowed } from './use-followed.ts'

/** Who only downloads never waits for these. */
const LazyReissue = lazily(async () => (await import('./InvoiceReissue.tsx')).InvoiceReissue)
const LazyCorrection = lazily(async () => (await import('./InvoiceReissue.tsx')).InvoiceCorrection)

/** No mail is under way: nothing changes by itself. */
function isAtRest({ deliveries }: InvoiceView): boolean {
  return deliveries.every(({ state }) => state !== 'queued' && state !== 'sent')
}

function headingOf({ colour, state }: InvoiceView): 'heading' | 'redHeading' | 'goneHeading' {
  if (colour === 'red') return 'redHeading'
  return state === 'replaced' || state === 'reversed' ? 'goneHeading' : 'heading'
}

/** An issued invoice with every way to take it along that works inside WeChat (F19). */
export function InvoiceScreen({ invoiceId }: { invoiceId: string }) {
  const { client } = useFlow()
  const { texts, locale } = useWords()
  const words = texts.invoice
  const { value, failure, again } = useFollowed(client, {
    topic: `invoice:${invoiceId}`,
    read: () => getInvoice(client.call, invoiceId),
    isSettled: isAtRest,
  })
  if (value === null) {
    return failure === null ? (
      <Skeleton label={texts.flow.loading} />
    ) : (
      <Failure cause={failure} onRetry={again} />
    )
  }
  const warning = words.states[value.state]
  return (
    <div class="stack">
      <h1 tabIndex={-1}>{words[headingOf(value)]}</h1>
      {warning !== '' && <Notice kind="warn">{warning}</Notice>}
      <LazyReissue invoice={value} />
      <InvoiceFiles invoice={value} />
      <SendMail invoice={value} onSent={again} />
      <Card>
        <Facts
          items={[
            { name: words.number, value: <span class="digits">{value.number}</span> },
            { name: words.date, value: formatDate(`${value.businessDate}T00:00:00+08:00`, locale) },
            { name: texts.flow.buyerName, value: value.buyerName },
            {
              name: texts.titleForm.taxId,
              value: value.buyerTaxId && <span class="digits">{value.buyerTaxId}</span>,
            },
            { name: texts.flow.seller, value: value.sellerName },
            { name: texts.flow.order, value: <span class="digits">{value.orderNumbers.join(', ')}</span> },
            { name: words.amount, value: <Money fen={value.grossFen} />, isTotal: true },
          ]}
        />
      </Card>
      <LazyCorrection invoice={value} />
      <AskService orderId={null} kind="quiet" />
    </div>
  )
}
