import type { Preview } from '../../server/contract/invoicing.ts'
import { formatFen } from '../i18n/format.ts'
import { useLaterTexts } from '../i18n/later.ts'
import { Notice } from '../ui/Notice.tsx'

type Props = { preview: Preview; orderCount: number }

/** What several orders on one invoice bring with them (F25): the cent between two ways to tax, and a split. */
export function MergeNotes({ preview, orderCount }: Props) {
  const words = useLaterTexts()
  const { centNote, parts } = preview
  if (orderCount < 2 && parts.length < 2) return null
  return (
    <>
      {centNote !== null && (
        <p class="muted">{words.mergeCent(formatFen(centNote.sumFen), formatFen(centNote.onTotalFen))}</p>
      )}
      {parts.length > 1 && <Notice kind="warn">{words.mergeParts(parts.length)}</Notice>}
    </>
  )
}
