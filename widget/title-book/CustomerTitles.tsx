import { useEffect, useRef, useState } from 'preact/hooks'
import type { TitleEntry } from '../../server/contract/titles.ts'
import type { Call } from '../api/call.ts'
import { getTitleBook } from '../api/get-title-book.ts'
import { searchTitles } from '../api/search-titles.ts'
import { useWords } from '../i18n/locale.tsx'
import { useTitleBookTexts } from '../i18n/title-book.ts'
import { maskTaxId } from '../title/mask.ts'
import { Button } from '../ui/Button.tsx'
import type { TitleDraft } from '../ui/title-form.model.ts'
import { useFilling } from './use-filling.ts'

type Props = { call: Call; orderId: string; draft: TitleDraft; onDraft(draft: TitleDraft): void }

const OFFERED = 3

/** What the customer of this order keeps, as an agent may see it: masked (S1-01). Companies can be filled in. */
export function CustomerTitles({ call, orderId, draft, onDraft }: Props) {
  const words = useTitleBookTexts()
  const items = useTitles(call, orderId)
  const filling = useFilling({ draft, onDraft })
  const [said, setSaid] = useState('')
  const heading = useRef<HTMLHeadingElement>(null)
  const turn = useRef(0)
  if (items.length === 0) return null

  const use = async (entry: TitleEntry) => {
    const own = ++turn.current
    const taxId = await findTaxId(call, entry, filling.base)
    if (own !== turn.current) return // Another one was tapped meanwhile.
    filling.fill(draftOf(filling.base, { entry, taxId }))
    const isOpen = taxId === '' && entry.title.taxId !== null
    setSaid(isOpen ? words.taxIdOpen(entry.title.name) : words.filled)
  }
  const restore = () => {
    filling.restore()
    setSaid('')
    heading.current?.focus()
  }
  return (
    <section class="stack-tight" aria-labelledby="titles-heading">
      <div>
        <h3 id="titles-heading" ref={heading} tabIndex={-1}>
          {words.customer}
        </h3>
        <p class="muted">{words.customerHint}</p>
      </div>
      <ul class="stack-tight">
        {items.slice(0, OFFERED).map((entry) => (
          <li key={entry.id}>
            <Title entry={entry} onUse={() => void use(entry)} />
          </li>
        ))}
      </ul>
      <p class="muted" role="status">
        {filling.isStanding ? said : ''}
      </p>
      {filling.canRestore && <Button onClick={restore}>{words.restore}</Button>}
    </section>
  )
}

/** A person's name is behind its mask: there is nothing that could be filled in. */
function Title({ entry, onUse }: { entry: TitleEntry; onUse(): void }) {
  const form = useWords().texts.titleForm
  const { kind, name, taxId } = entry.title
  if (kind === 'person') {
    return (
      <p class="title-chip title-chip-plain">
        <span>{name}</span>
        <span class="muted">{form.person}</span>
      </p>
    )
  }
  return (
    <button type="button" class="title-chip" onClick={onUse}>
      <span>
        {name}
        {taxId !== null && <span class="muted title-chip-id digits">{taxId}</span>}
      </span>
    </button>
  )
}

function useTitles(call: Call, orderId: string): readonly TitleEntry[] {
  const [items, setItems] = useState<readonly TitleEntry[]>([])
  useEffect(() => {
    let isGone = false
    getTitleBook(call, orderId).then(
      (book) => !isGone && setItems(book.items),
      () => {}, // Without it every field can still be typed.
    )
    return () => {
      isGone = true
    }
  }, [call, orderId])
  return items
}

/** Behind the mask: what was typed, or what is known of a company of exactly this name. Empty: neither. */
async function findTaxId(call: Call, { title }: TitleEntry, typed: TitleDraft): Promise<string> {
  const { name, taxId } = title
  if (taxId === null) return ''
  const own = typed.taxId.trim()
  if (maskTaxId(own) === taxId) return own
  const found = await searchTitles(call, name, new AbortController().signal).catch(() => [])
  return found.find((each) => each.name === name && maskTaxId(each.taxId) === taxId)?.taxId ?? ''
}

/** What is masked is not filled in: stars on an invoice are worse than an empty field. */
function draftOf(draft: TitleDraft, { entry, taxId }: { entry: TitleEntry; taxId: string }): TitleDraft {
  const { kind, title } = entry
  const isSame = draft.name === title.name
  const { address, phone, bankName, bankAccount } = draft
  const kept = isSame
    ? { address, phone, bankName, bankAccount }
    : { address: '', phone: '', bankName: '', bankAccount: '' }
  return { ...draft, ...kept, kind: title.kind, invoiceKind: kind, name: title.name, taxId }
}
