import { useRef, useState } from 'preact/hooks'
import type { InvoiceView } from '../../server/contract/invoicing.ts'
import { useWords } from '../i18n/locale.tsx'
import { Button } from '../ui/Button.tsx'
import { Card } from '../ui/Card.tsx'
import { useDownloads } from './downloads.model.ts'

/** 企业微信 names itself MicroMessenger too and has its own menu. */
export function isWeChat(userAgent: string): boolean {
  return /MicroMessenger/i.test(userAgent) && !/wxwork/i.test(userAgent)
}

/** The preview to long-press, the files to open and the link to copy. */
export function InvoiceFiles({ invoice }: { invoice: InvoiceView }) {
  const { texts, locale } = useWords()
  const words = texts.invoice
  const { links, failure, again } = useDownloads(invoice.id, invoice.formats)
  return (
    <Card>
      {invoice.formats.includes('png') && (
        <Preview url={links.png?.url ?? null} hasFailed={failure !== null} number={invoice.number} />
      )}
      {failure !== null && <Button onClick={again}>{texts.actions.retry}</Button>}
      <div class="two">
        {links.pdf && (
          <a class="button" href={links.pdf.url} target="_blank" rel="noopener noreferrer">
            {texts.actions.openPdf}
          </a>
        )}
        {links.ofd && (
          <a class="button" href={links.ofd.url} target="_blank" rel="noopener noreferrer">
            {texts.actions.openOfd}
          </a>
        )}
        {links.xml && (
          <a class="button" href={links.xml.url} target="_blank" rel="noopener noreferrer">
            {texts.actions.openXml}
          </a>
        )}
      </div>
      {links.pdf && <CopyLink url={new URL(links.pdf.url, location.href).href} />}
      <a href={`/verify?lang=${locale}`} target="_blank" rel="noopener">
        {texts.flow.verify}
      </a>
      {isWeChat(navigator.userAgent) && <p class="muted">{words.openOutside}</p>}
    </Card>
  )
}

type PreviewProps = { url: string | null; hasFailed: boolean; number: string }

/** A plain image: WebViews save nothing else. Its room is kept, and nothing lies over it. */
function Preview({ url, hasFailed, number }: PreviewProps) {
  const words = useWords().texts.invoice
  const [shown, setShown] = useState<{ url: string; isBroken: boolean } | null>(null)
  const isBroken = hasFailed || (shown !== null && shown.url === url && shown.isBroken)
  if (isBroken) return <p class="muted">{words.previewFailed}</p>
  const isLoaded = shown !== null && shown.url === url
  return (
    <figure class="stack-tight">
      <div class={isLoaded ? undefined : 'preview-frame skeleton'}>
        {url !== null && (
          <img
            class="preview-image"
            src={url}
            alt={`${words.preview} ${number}`}
            onLoad={() => setShown({ url, isBroken: false })}
            onError={() => setShown({ url, isBroken: true })}
          />
        )}
      </div>
      <figcaption class="muted">{words.longPress}</figcaption>
    </figure>
  )
}

/** Copies the link; where the page may not, the link stands there to be selected. */
function CopyLink({ url }: { url: string }) {
  const { texts } = useWords()
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle')
  const field = useRef<HTMLInputElement>(null)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(url)
      setState('copied')
    } catch {
      setState('refused') // No clipboard in this WebView, or not allowed in this frame.
    }
  }
  return (
    <div class="stack-tight">
      <Button isWide onClick={() => void copy()}>
        {state === 'copied' ? texts.actions.copied : texts.actions.copyLink}
      </Button>
      {state === 'refused' && (
        <label class="field">
          <span class="field-hint">{texts.invoice.copyManually}</span>
          <input
            ref={field}
            class="input"
            readOnly
            value={url}
            onFocus={(event) => event.currentTarget.select()}
          />
        </label>
      )}
      <p class="muted" role="status">
        {state === 'copied' ? `${texts.actions.copied} · ` : ''}
        {texts.invoice.linkHint}
      </p>
    </div>
  )
}
