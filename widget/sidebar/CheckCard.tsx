import { formatLeft, formatRate } from '../i18n/format.ts'
import { useWords } from '../i18n/locale.tsx'
import { useSidebarTexts } from '../i18n/sidebar.ts'
import { Button } from '../ui/Button.tsx'
import { Card, Facts } from '../ui/Card.tsx'
import { Money } from '../ui/Money.tsx'
import { Notice } from '../ui/Notice.tsx'
import type { Stage } from './talk.model.ts'

type Props = {
  stage: Extract<Stage, { at: 'check' }>
  isBusy: boolean
  onConfirm(): void
  onBack(): void
}

/** What will be issued, as the server computed it, and the one button that issues it. Escape goes back. */
export function CheckCard({ stage, isBusy, onConfirm, onBack }: Props) {
  const { texts } = useWords()
  const words = useSidebarTexts()
  const { preview, draft } = stage
  const leave = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !isBusy) onBack()
  }
  return (
    <section class="stage" aria-labelledby="check" onKeyDown={leave}>
      <Card>
        <h2 id="check">{texts.flow.checkHeading}</h2>
        <Facts
          items={[
            { name: texts.flow.order, value: <span class="digits">{stage.order.number}</span> },
            { name: texts.flow.buyerName, value: <strong>{preview.buyerName}</strong> },
            {
              name: texts.titleForm.taxId,
              value: preview.buyerTaxId && <span class="digits">{preview.buyerTaxId}</span>,
            },
            {
              name: texts.titleForm.invoiceKind,
              value: draft.invoiceKind === 'special' ? texts.titleForm.special : texts.titleForm.ordinary,
            },
            { name: texts.titleForm.email, value: draft.email },
          ]}
        />
        <ul class="lines">
          {preview.lines.map((line) => (
            <li key={line.lineNo}>
              <span>
                {line.name}
                <br />
                <span class="muted">
                  {texts.flow.rate}{' '}
                  {line.treatment === 'taxed' ? formatRate(line.rateBp) : texts.flow[line.treatment]}
                </span>
              </span>
              <Money fen={line.grossFen} />
            </li>
          ))}
        </ul>
        <Facts
          items={[
            { name: texts.flow.net, value: <Money fen={preview.netFen} /> },
            { name: texts.flow.tax, value: <Money fen={preview.taxFen} /> },
            { name: texts.flow.gross, value: <Money fen={preview.grossFen} />, isTotal: true },
          ]}
        />
        {preview.needsReview && <Notice>{texts.flow.needsReview}</Notice>}
        <div class="confirm">
          <Button kind="primary" isBusy={isBusy} onClick={onConfirm}>
            {words.confirm}
          </Button>
          <Button onClick={() => !isBusy && onBack()}>{words.keep}</Button>
        </div>
        {preview.undoSeconds > 0 && (
          <p class="muted">{texts.flow.undoHint(formatLeft(preview.undoSeconds * 1_000))}</p>
        )}
      </Card>
    </section>
  )
}
