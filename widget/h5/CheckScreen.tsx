import { useEffect, useState } from 'preact/hooks'
import type { InvoiceAsk, Preview } from '../../server/contract/invoicing.ts'
import { previewRequest } from '../api/preview-request.ts'
import { formatLeft, formatRate } from '../i18n/format.ts'
import { describeFailure, useWords, wordsOf } from '../i18n/locale.tsx'
import type { Texts } from '../i18n/texts.ts'
import { Button } from '../ui/Button.tsx'
import { Card, Facts } from '../ui/Card.tsx'
import { Ladder } from '../ui/Ladder.tsx'
import { Money } from '../ui/Money.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { askFromDraft, type TitleDraft } from '../ui/title-form.model.ts'
import { keyOf } from './draft-store.ts'
import { Failure } from './Failure.tsx'
import { useFlow } from './flow-context.ts'
import { MergeNotes } from './MergeNotes.tsx'
import { formFor } from './steps.ts'
import { useSubmit } from './submit.model.ts'
import { useTitleParts } from './use-title-parts.ts'

/** Reads back what will be issued, as the server computed it (P3). Without a draft there is nothing to check. */
export function CheckScreen({ orderIds }: { orderIds: readonly string[] }) {
  const { drafts, steps } = useFlow()
  const [draft] = useState(() => drafts.read(keyOf(orderIds)))
  useEffect(() => {
    if (draft === null) steps.replace(formFor(orderIds))
  }, [draft])
  return draft === null ? null : <Check orderIds={orderIds} draft={draft} />
}

function Check({ orderIds, draft }: { orderIds: readonly string[]; draft: TitleDraft }) {
  const { texts } = useWords()
  const [ask] = useState(() => askFromDraft(orderIds, draft))
  const { preview, failure, again } = usePreview(ask)
  if (failure !== null) return <Failure cause={failure} onRetry={again} />
  if (preview === null) return <Skeleton label={texts.flow.loading} />
  return <ReadBack orderIds={orderIds} draft={draft} ask={ask} preview={preview} onStale={again} />
}

function usePreview(ask: InvoiceAsk) {
  const { client } = useFlow()
  const [preview, setPreview] = useState<Preview | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const [round, setRound] = useState(0)
  useEffect(() => {
    let isGone = false
    setFailure(null)
    previewRequest(client.call, ask).then(
      (found) => !isGone && setPreview(found),
      (cause: unknown) => !isGone && setFailure(cause),
    )
    return () => {
      isGone = true
    }
  }, [client, ask, round])
  return { preview, failure, again: () => setRound((count) => count + 1) }
}

type Props = {
  orderIds: readonly string[]
  draft: TitleDraft
  ask: InvoiceAsk
  preview: Preview
  onStale(): void
}

function ReadBack({ orderIds, draft, ask, preview, onStale }: Props) {
  const { orders, steps } = useFlow()
  const { texts } = useWords()
  const titles = useTitleParts()
  const { state, submit } = useSubmit(orderIds, draft, ask)
  const [orderId = ''] = orderIds
  const order = orderIds.length === 1 ? orders.get(orderId) : undefined
  const isBusy = state.kind === 'sending' || state.kind === 'confirming'
  const failure = state.kind === 'failed' ? state.cause : null
  useEffect(() => {
    if (failure !== null) onStale()
  }, [failure])

  return (
    <div class="stack">
      <div>
        <h1 tabIndex={-1}>{texts.flow.checkHeading}</h1>
        <p class="muted">{texts.flow.checkIntro}</p>
      </div>
      <TitleCard preview={preview} ask={ask} onEdit={() => steps.back()} />
      <AmountCard preview={preview} />
      <MergeNotes preview={preview} orderCount={orderIds.length} />
      {order && order.ladder.invoiceableFen !== order.ladder.paidFen && (
        <Card heading={texts.ladder.heading}>
          <Ladder ladder={order.ladder} />
        </Card>
      )}
      {preview.errors.map(({ code, detail }) => (
        <Notice key={code} kind="error">
          {wordsOf(texts, code, detail)}
        </Notice>
      ))}
      {titles && <titles.Remember ask={ask} />}
      {preview.needsReview && <Notice>{texts.flow.needsReview}</Notice>}
      {state.kind === 'confirming' && <Notice kind="warn">{texts.progress.confirming}</Notice>}
      {failure !== null && <Notice kind="error">{describeFailure(texts, failure)}</Notice>}
      <div class="stack-tight">
        <Button kind="primary" isBusy={isBusy} onClick={() => void submit()}>
          {failure === null ? texts.actions.submit : texts.actions.retry}
        </Button>
        {preview.undoSeconds > 0 && (
          <p class="muted">{texts.flow.undoHint(formatLeft(preview.undoSeconds * 1_000))}</p>
        )}
      </div>
    </div>
  )
}

function TitleCard({ preview, ask, onEdit }: { preview: Preview; ask: InvoiceAsk; onEdit(): void }) {
  const { texts } = useWords()
  const words = texts.titleForm
  const { title } = ask
  return (
    <Card>
      <Facts
        items={[
          { name: texts.flow.buyerName, value: <strong>{preview.buyerName}</strong> },
          {
            name: words.taxId,
            value: preview.buyerTaxId && <span class="digits">{preview.buyerTaxId}</span>,
          },
          { name: words.invoiceKind, value: ask.kind === 'special' ? words.special : words.ordinary },
          { name: words.fields.address, value: 'address' in title ? (title.address ?? null) : null },
          { name: words.fields.bankName, value: 'bankName' in title ? (title.bankName ?? null) : null },
          { name: words.email, value: ask.email ?? null },
        ]}
      />
      <Button onClick={onEdit}>{texts.actions.edit}</Button>
    </Card>
  )
}

function AmountCard({ preview }: { preview: Preview }) {
  const { texts } = useWords()
  const words = texts.flow
  return (
    <Card>
      <ul class="lines">
        {preview.lines.map((line) => (
          <li key={line.lineNo}>
            <span>
              {line.name}
              <br />
              <span class="muted">
                {words.rate} {rateOf(texts, line)}
                {line.quantity !== null && ` · × ${line.quantity}`}
              </span>
            </span>
            <Money fen={line.grossFen} />
          </li>
        ))}
      </ul>
      <Facts
        items={[
          { name: words.net, value: <Money fen={preview.netFen} /> },
          { name: words.tax, value: <Money fen={preview.taxFen} /> },
          { name: words.gross, value: <Money fen={preview.grossFen} />, isTotal: true },
        ]}
      />
      <p class="muted">
        {preview.amountInWords}
        <br />
        {words.seller} {preview.sellerName}
      </p>
    </Card>
  )
}

function rateOf(texts: Texts, line: Preview['lines'][number]): string {
  if (line.treatment === 'exempt') return texts.flow.exempt
  return line.treatment === 'untaxed' ? texts.flow.untaxed : formatRate(line.rateBp)
}
