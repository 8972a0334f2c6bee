import { type OrganisationKind, useKindTexts } from '../i18n/title-kinds.ts'
import { FieldNotes } from './TextField.tsx'

type Props = { id: string; value: OrganisationKind; onValue(kind: OrganisationKind): void }

const KINDS: readonly OrganisationKind[] = ['company', 'sole_trader', 'public_body', 'foreign']

/** What kind of organisation is invoiced: some have no tax id, and need none. */
export function TitleKindField({ id, value, onValue }: Props) {
  const words = useKindTexts()
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {words.label}
      </label>
      <select
        id={id}
        class="input"
        value={value}
        aria-describedby={words.hints[value] ? `${id}-hint` : undefined}
        onChange={({ currentTarget }) => {
          const kind = KINDS.find((known) => known === currentTarget.value)
          if (kind) onValue(kind)
        }}
      >
        {KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {words.kinds[kind]}
          </option>
        ))}
      </select>
      <FieldNotes id={id} hint={words.hints[value]} />
    </div>
  )
}
