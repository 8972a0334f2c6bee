import { useState } from 'preact/hooks'
import type { Client } from '../api/client.ts'
import { createLink, type OrderLink } from '../api/create-link.ts'
import type { HostAdapter } from '../hosts/host.ts'
import { formatTime } from '../i18n/format.ts'
import { describeFailure, useWords } from '../i18n/locale.tsx'
import { useSidebarTexts } from '../i18n/sidebar.ts'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import { InsertResult } from './InsertResult.tsx'
import { useInsertion } from './insert-text.model.ts'

type Props = { client: Client; host: HostAdapter | null; conversation: string; orderId: string }

/** The customer fills in the title: a link for the chat, a QR code for a counter. */
export function HandOver({ client, host, conversation, orderId }: Props) {
  const { texts, locale } = useWords()
  const words = useSidebarTexts()
  const [link, setLink] = useState<OrderLink | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const { insertion, insert, sendLink } = useInsertion(host, conversation)
  const make = () => createLink(client.call, orderId).then(setLink, setFailure)
  const isCard = host?.sendLink !== undefined
  const hand = (url: string) => {
    const text = words.linkText(url)
    if (!isCard) return insert(async () => text)
    return sendLink({ url, title: words.linkTitle, description: words.linkAbout }, text)
  }
  return (
    <details
      class="more"
      onToggle={({ currentTarget }) => currentTarget.open && link === null && void make()}
    >
      <summary>{words.handOver}</summary>
      <div class="stack-tight">
        <p class="muted">{words.handOverHint}</p>
        {failure !== null && link === null && <Notice kind="error">{describeFailure(texts, failure)}</Notice>}
        {link !== null && (
          <>
            <img
              class="qr"
              width="256"
              height="256"
              alt={words.qrAlt}
              // As an image: markup from the network does not become part of this page.
              src={`data:image/svg+xml,${encodeURIComponent(link.qrSvg)}`}
            />
            <p class="muted">{words.handOverUntil(formatTime(link.expiresAt, locale))}</p>
            <Button isBusy={insertion.kind === 'busy'} onClick={() => void hand(link.url)}>
              {isCard ? words.sendLink : words.insertLink}
            </Button>
            <InsertResult insertion={insertion} />
          </>
        )}
      </div>
    </details>
  )
}
