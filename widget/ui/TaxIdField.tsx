import { useState } from 'preact/hooks'
import { useWords } from '../i18n/locale.tsx'
import type { Texts } from '../i18n/texts.ts'
import { hasHan } from '../title/characters.ts'
import { checkTaxId, looksLikeTaxId, normaliseTaxId, suggestTaxId } from '../title/tax-id.ts'
import { Button } from './Button.tsx'
import { TextField } from './TextField.tsx'

type Props = {
  id: string
  value: string
  /** The company name, to notice when the two stand in each other's field. */
  name: string
  /** Instead of the rule for a tax id: what stands there now. */
  hint: string | null
  error: string | null
  onValue(value: string): void
  onSwap(): void
}

/** The tax id and its doctor (F2): says which character is wrong and offers only known slips, one tap each. */
export function TaxIdField({ id, value, name, hint, error, onValue, onSwap }: Props) {
  const { texts } = useWords()
  const words = texts.titleForm
  const [isLeft, setLeft] = useState(false)
  const taxId = normaliseTaxId(value)
  const isSwapped = hasHan(value) && looksLikeTaxId(normaliseTaxId(name))
  // A half-typed id is not yet wrong: it is judged when it is long enough, or left.
  const diagnosis = taxId.length >= 18 || isLeft || error ? diagnose(texts, taxId) : null
  const remedies = diagnosis === null ? [] : suggestTaxId(taxId)

  return (
    <div class="stack-tight" onFocusOut={() => setLeft(value.trim() !== '')}>
      <TextField
        id={id}
        label={words.taxId}
        hint={hint ?? words.taxIdHint}
        error={isSwapped ? texts.problems.title_tax_id_is_name : (diagnosis ?? error)}
        value={value}
        onValue={onValue}
        isCode
        typing={{
          autocapitalize: 'characters',
          spellcheck: false,
          autocomplete: 'off',
          enterkeyhint: 'next',
        }}
      />
      {isSwapped && <Button onClick={onSwap}>{texts.actions.swap}</Button>}
      {remedies.map((remedy) => (
        <Button key={remedy} onClick={() => onValue(remedy)}>
          <span class="digits">{texts.actions.accept(remedy)}</span>
        </Button>
      ))}
    </div>
  )
}

/** One sentence on what is wrong with a normalised tax id, or null. Empty is not the doctor's to say. */
function diagnose(texts: Texts, taxId: string): string | null {
  if (taxId === '') return null
  if (hasHan(taxId)) return texts.problems.title_tax_id_is_name
  const check = checkTaxId(taxId)
  if (check.kind !== 'faulty') return null
  const words = texts.titleForm
  switch (check.fault) {
    case 'illegal_character':
      return words.illegalCharacter(check.position ?? 0, check.character ?? '')
    case 'length':
      return words.length(taxId.length)
    case 'looks_like_invoice_number':
      return texts.problems.title_tax_id_is_invoice_number
    case 'check_character':
      return texts.problems.title_tax_id_check_failed
  }
}
