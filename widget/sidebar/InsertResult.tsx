import { useState } from 'preact/hooks'
import { describeFailure, useWords } from '../i18n/locale.tsx'
import { useSidebarTexts } from '../i18n/sidebar.ts'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import type { Insertion } from './insert-text.model.ts'

/** Whether the text is in the reply box; where that is not certain, the text itself, to be copied. */
export function InsertResult({ insertion }: { insertion: Insertion }) {
  const { texts } = useWords()
  const words = useSidebarTexts()
  if (insertion.kind === 'failed') {
    return <Notice kind="error">{describeFailure(texts, insertion.cause)}</Notice>
  }
  if (insertion.kind !== 'done') return null
  const { outcome, text } = insertion
  if (outcome === 'sent') return <Notice kind="ok">{words.sentNow}</Notice>
  if (outcome === 'inserted') return <Notice kind="ok">{words.sent}</Notice>
  return (
    <Notice kind="warn">
      <p>{outcome === 'refused' ? words.sendRefused : words.sendUnconfirmed}</p>
      {outcome === 'unconfirmed' && <CopyText text={text} />}
    </Notice>
  )
}

function CopyText({ text }: { text: string }) {
  const { texts } = useWords()
  const words = useSidebarTexts()
  const [isCopied, setCopied] = useState(false)
  const copy = () => {
    // Not allowed in this frame: the text stands above and can be selected.
    navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    )
  }
  return (
    <>
      <p class="quote">{text}</p>
      <Button onClick={copy}>{isCopied ? texts.actions.copied : words.copyText}</Button>
    </>
  )
}
