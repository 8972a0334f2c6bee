import { useWords } from '../i18n/locale.tsx'
import type { PastedField } from '../title/glued.ts'
import { type ParsedPaste, type PastedTitle, parsePasted } from '../title/parse-pasted.ts'
import { Button } from './Button.tsx'
import { Notice } from './Notice.tsx'
import { TitleKindField } from './TitleKindField.tsx'

/** What the form fetches once it is drawn: reading a message, showing what was read, and the rarer kinds. */
export const pasteReader = { parse: parsePasted, Review: PasteReview, KindField: TitleKindField }
export type PasteReader = typeof pasteReader

type Props = { text: string; parsed: ParsedPaste; onChoose(title: PastedTitle): void }

const ORDER: readonly PastedField[] = [
  'name',
  'taxId',
  'email',
  'address',
  'phone',
  'bankName',
  'bankAccount',
]

/** What was found in a pasted message, and where in it (F8): a person sees at a glance if it was misread. */
export function PasteReview({ text, parsed, onChoose }: Props) {
  const { texts } = useWords()
  const words = texts.titleForm
  const names = ORDER.filter((field) => parsed.fields[field]).map((field) => words.fields[field])
  const isSeveral = parsed.titles.length > 1
  return (
    <Notice kind={isSeveral ? 'warn' : 'info'}>
      {names.length > 0 && <p>{words.found(names.join(texts.languageName === '中文' ? '、' : ', '))}</p>}
      {isSeveral && <p>{words.several}</p>}
      {isSeveral &&
        parsed.titles.map((title) => (
          <Button key={`${title.name?.start}-${title.taxId?.start}`} onClick={() => onChoose(title)}>
            {title.name?.value} {title.taxId?.value}
          </Button>
        ))}
      {parsed.warnings.includes('crc_mismatch') && <p>{words.crcWarning}</p>}
      {parsed.warnings.includes('text_cut') && <p>{words.cut}</p>}
      {parsed.source === 'text' && (
        <details>
          <summary>{words.highlighted}</summary>
          <Highlighted text={text} parsed={parsed} />
        </details>
      )}
    </Notice>
  )
}

function Highlighted({ text, parsed }: { text: string; parsed: ParsedPaste }) {
  const spans = Object.values(parsed.fields).sort((one, other) => one.start - other.start)
  let end = 0
  const pieces = spans.flatMap((span) => {
    if (span.start < end) return []
    const before = text.slice(end, span.start)
    end = span.end
    return [before, <mark key={span.start}>{text.slice(span.start, span.end)}</mark>]
  })
  return (
    <p class="quote">
      {pieces}
      {text.slice(end)}
    </p>
  )
}
