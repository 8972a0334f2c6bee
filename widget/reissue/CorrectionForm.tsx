import { useEffect, useRef } from 'preact/hooks'
import type { Call } from '../api/call.ts'
import { searchTitles } from '../api/search-titles.ts'
import { describeFailure, useWords, wordsOf } from '../i18n/locale.tsx'
import { useReissueTexts } from '../i18n/reissue.ts'
import { Button } from '../ui/Button.tsx'
import { Card } from '../ui/Card.tsx'
import { Notice } from '../ui/Notice.tsx'
import { TitleForm } from '../ui/TitleForm.tsx'
import { findCorrectionFaults, isUnchanged } from './correction.model.ts'
import type { ReissueDesk } from './reissue.model.ts'

type Props = {
  desk: ReissueDesk
  call: Call
  /** Null where the page's own heading says it. */
  heading: string | null
  onCancel(): void
}

/** The title as it stands, to be corrected where it is wrong. What is left alone is not sent. */
export function CorrectionForm({ desk, call, heading, onCancel }: Props) {
  const { texts } = useWords()
  const words = useReissueTexts()
  const top = useRef<HTMLHeadingElement>(null)
  useEffect(() => top.current?.focus(), [])
  const { work, offer, reissue, isBusy, failure } = desk.state()
  if (work?.at !== 'form') return null
  const { correction, faults, others } = work
  const isSame = isUnchanged(correction)
  const isRetry = reissue?.state === 'blue_failed'
  return (
    <Card>
      <div>
        {heading !== null && (
          <h2 ref={top} tabIndex={-1}>
            {heading}
          </h2>
        )}
        <p class="muted">{isRetry ? words.retryIntro : words.correctIntro}</p>
      </div>
      {others.map(({ code, detail }) => (
        <Notice key={code} kind="error">
          {wordsOf(texts, code, detail)}
        </Notice>
      ))}
      {failure !== null && <Notice kind="error">{describeFailure(texts, failure)}</Notice>}
      <TitleForm
        id="correct"
        draft={correction.draft}
        onDraft={(draft) => desk.type({ ...correction, draft })}
        suggest={(text, signal) => searchTitles(call, text, signal)}
        serverFaults={faults}
        submitLabel={isRetry ? words.retryBlue : words.toPlan}
        isBusy={isBusy}
        isOff={isSame}
        correcting={{
          fields: offer?.fields ?? [],
          taxIdHint: correction.maskedTaxId && words.keepTaxId(correction.maskedTaxId),
          find: (draft) => findCorrectionFaults({ ...correction, draft }),
        }}
        onSubmit={desk.check}
      />
      <p class="muted" role="status">
        {isSame ? words.correctNone : ''}
      </p>
      <Button onClick={onCancel}>{words.cancel}</Button>
    </Card>
  )
}
