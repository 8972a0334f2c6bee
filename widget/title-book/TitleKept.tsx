import { useTitleBookTexts } from '../i18n/title-book.ts'
import { Notice } from '../ui/Notice.tsx'
import { useTitleBook } from './use-title-book.ts'

/** What became of the wish to keep the title of this request. */
export function TitleKept({ requestId }: { requestId: string }) {
  const words = useTitleBookTexts()
  const { outcome } = useTitleBook().state()
  if (outcome?.requestId !== requestId) return null
  return outcome.isKept ? (
    <p class="muted" role="status">
      {words.kept}
    </p>
  ) : (
    <Notice kind="warn">{words.notKept}</Notice>
  )
}
