import { useEffect, useState } from 'preact/hooks'
import type { InvoiceView } from '../../server/contract/invoicing.ts'
import { waitMs, withBackOff } from '../api/back-off.ts'
import type { Client } from '../api/client.ts'
import { createDownload, type FileFormat } from '../api/create-download.ts'
import { follow } from '../api/follow.ts'
import { getInvoice } from '../api/get-invoice.ts'
import type { HostAdapter } from '../hosts/host.ts'
import { useWords } from '../i18n/locale.tsx'
import { useSidebarTexts } from '../i18n/sidebar.ts'
import { Button } from '../ui/Button.tsx'
import { Card, Facts } from '../ui/Card.tsx'
import { lazily } from '../ui/lazily.tsx'
import { Money } from '../ui/Money.tsx'
import { Notice } from '../ui/Notice.tsx'
import type { Talk } from './talk.model.ts'

export type IssuedProps = {
  client: Client
  talk: Talk
  host: HostAdapter | null
  conversation: string
  invoiceId: string
}

/** Most conversations end with the invoice: correcting it comes with a script of its own. */
const ReissuePanel = lazily(async () => (await import('./ReissuePanel.tsx')).ReissuePanel)

/** The issued invoice: number, state, file and mails, and everything that may be done about it. */
export function IssuedInvoice({ invoiceId, ...props }: IssuedProps) {
  const words = useSidebarTexts()
  const { client } = props
  // The red, the old or the new one, opened from this one.
  const [shownId, setShownId] = useState(invoiceId)
  const invoice = useInvoice(client, shownId)
  if (invoice === null) return null
  return (
    <>
      {shownId !== invoiceId && (
        <Button kind="quiet" onClick={() => setShownId(invoiceId)}>
          {words.backToInvoice}
        </Button>
      )}
      <InvoiceCard key={invoice.id} client={client} invoice={invoice} />
      <ReissuePanel key={`reissue ${invoice.id}`} {...props} invoice={invoice} onOpen={setShownId} />
    </>
  )
}

function useInvoice(client: Client, invoiceId: string): InvoiceView | null {
  const [invoice, setInvoice] = useState<InvoiceView | null>(null)
  useEffect(
    () =>
      follow<InvoiceView>(client, {
        topic: `invoice:${invoiceId}`,
        read: () => getInvoice(client.call, invoiceId),
        onValue: setInvoice,
        // The number stands above as well; the next event or waking reads again.
        onFailure() {},
        isSettled: ({ deliveries }) =>
          deliveries.every(({ state }) => state !== 'queued' && state !== 'sent'),
      }),
    [client, invoiceId],
  )
  return invoice
}

function InvoiceCard({ client, invoice }: { client: Client; invoice: InvoiceView }) {
  const { texts } = useWords()
  const words = texts.invoice
  const warning = words.states[invoice.state]
  const pdf = useFile(client, invoice, 'pdf')
  const ofd = useFile(client, invoice, 'ofd')
  return (
    <Card>
      {warning !== '' && <Notice kind="warn">{warning}</Notice>}
      <Facts
        items={[
          { name: words.number, value: <span class="digits">{invoice.number}</span> },
          { name: texts.flow.buyerName, value: invoice.buyerName },
          { name: texts.titleForm.taxId, value: invoice.buyerTaxId },
          { name: words.amount, value: <Money fen={invoice.grossFen} /> },
        ]}
      />
      {/* A list of its own: an address among the names would leave no room for the number beside it. */}
      {invoice.deliveries.length > 0 && (
        <Facts
          items={invoice.deliveries.map(({ target, state }) => ({
            name: target,
            value: words.deliveries[state],
          }))}
        />
      )}
      <div class="two">
        {pdf !== null && (
          <a class="button" href={pdf} target="_blank" rel="noopener noreferrer">
            {texts.actions.openPdf}
          </a>
        )}
        {ofd !== null && (
          <a class="button" href={ofd} target="_blank" rel="noopener noreferrer">
            {texts.actions.openOfd}
          </a>
        )}
      </div>
    </Card>
  )
}

/** A link to one file; a second after the number it may not be drawn yet. */
function useFile(client: Client, { id, formats }: InvoiceView, format: FileFormat): string | null {
  const [url, setUrl] = useState<string | null>(null)
  const isThere = formats.includes(format)
  useEffect(() => {
    if (!isThere) return
    let isGone = false
    withBackOff({ wait: waitMs }, () => createDownload(client.call, id, format)).then(
      (link) => !isGone && setUrl(link.url),
      () => {}, // Without the file the link in the reply still leads to it.
    )
    return () => {
      isGone = true
    }
  }, [client, id, isThere])
  return url
}
