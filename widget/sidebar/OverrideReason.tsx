import { formatDate } from '../i18n/format.ts'
import { useLaterTexts } from '../i18n/later.ts'
import { useWords } from '../i18n/locale.tsx'
import { TextField } from '../ui/TextField.tsx'
import type { Stage, Talk } from './talk.model.ts'

type Props = { talk: Talk; stage: Extract<Stage, { at: 'form' }> }

/** 超期补开 (F24): asked for with a reason that finance reads and approves. */
export function OverrideReason({ talk, stage }: Props) {
  const { locale, texts } = useWords()
  const words = useLaterTexts()
  const { selfServiceUntil } = stage.order.invoiceability
  const fault = stage.others.find(({ code }) => code === 'override_reason_missing')
  return (
    <div class="stack-tight override">
      <h3>{words.overrideHeading}</h3>
      <p class="muted">
        {words.overrideIntro(selfServiceUntil === null ? null : formatDate(selfServiceUntil, locale))}
      </p>
      <TextField
        id="override-reason"
        label={words.overrideReason}
        hint={words.overrideHint}
        error={fault === undefined ? null : texts.problems.override_reason_missing}
        value={stage.overrideReason}
        onValue={talk.setOverrideReason}
        typing={{ maxLength: 200, autocomplete: 'off' }}
      />
    </div>
  )
}
