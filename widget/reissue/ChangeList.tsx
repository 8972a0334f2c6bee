import type { FieldChange } from '../../server/contract/reissues.ts'
import { useWords } from '../i18n/locale.tsx'
import { useReissueTexts } from '../i18n/reissue.ts'

/** Before and after, field by field (F7). Said in words as well: colour and strike-through are not read out. */
export function ChangeList({ changes }: { changes: readonly FieldChange[] }) {
  const { titleForm } = useWords().texts
  const words = useReissueTexts()
  const shown = (field: FieldChange['field'], value: string | null) => {
    if (value === null) return words.nothing
    // The kind of an invoice comes as its word in the contract, an amount as plain yuan.
    if (value === 'ordinary' || value === 'special') return titleForm[value]
    return field === 'amount' ? `¥${value.replace(/\B(?=(\d{3})+\.)/g, ',')}` : value
  }
  if (changes.length === 0) return null
  return (
    <dl class="changes">
      {changes.map(({ field, before, after }) => (
        <div class="change" key={field}>
          <dt>{words.fields[field]}</dt>
          <dd>
            <span class="change-word">{words.before}</span>
            <del>{shown(field, before)}</del>
          </dd>
          <dd>
            <span class="change-word">{words.after}</span>
            <ins>{shown(field, after)}</ins>
          </dd>
        </div>
      ))}
    </dl>
  )
}
