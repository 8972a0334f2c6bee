import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { useWords, wordsOf } from '../i18n/locale.tsx'
import type { ParsedPaste, PastedTitle } from '../title/parse-pasted.ts'
import { normaliseTaxId } from '../title/tax-id.ts'
import { Button } from './Button.tsx'
import { NameCombobox } from './NameCombobox.tsx'
import type { PasteReader } from './PasteReview.tsx'
import { Segmented } from './Segmented.tsx'
import type { Suggest } from './suggestions.model.ts'
import { TaxIdField } from './TaxIdField.tsx'
import { TextField } from './TextField.tsx'
import {
  DEFAULT_PERSON,
  draftFromPaste,
  type FormFault,
  findFaults,
  invoiceKindOf,
  isWorthParsing,
  type TitleDraft,
  type TitleField,
} from './title-form.model.ts'

export type TitleFormProps = {
  /** Begins the ids of the fields, so that two forms can stand on one page. */
  id: string
  draft: TitleDraft
  onDraft(draft: TitleDraft): void
  suggest: Suggest
  /** What the server found; gone with the next change of the field. */
  serverFaults: readonly FormFault[]
  submitLabel: string
  isBusy: boolean
  /** Not to be sent yet, for a reason that stands beside the form. */
  isOff?: boolean
  /** Called only when the form has no fault of its own. */
  onSubmit(): void
  /** Where not everything may be typed, or something may stay empty: for correcting what is issued. */
  correcting?: Correcting
}

export type Correcting = {
  readonly fields: readonly string[]
  readonly taxIdHint: string | null
  find(draft: TitleDraft): FormFault[]
}

/** 抬头: one form for customers and agents. A faulty submit sends nothing and leads to the first fault. */
export function TitleForm(props: TitleFormProps) {
  const { id, draft, onDraft, serverFaults, submitLabel, isBusy, isOff = false, onSubmit, correcting } = props
  const { texts } = useWords()
  const words = texts.titleForm
  const { errorOf, submit } = useFaults({ id, draft, serverFaults, find: correcting?.find ?? findFaults })
  const mayType = (field: string) => correcting?.fields.includes(field) ?? true
  const set = (field: TitleField) => (value: string) => onDraft({ ...draft, [field]: value })

  return (
    <form
      class="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (!isBusy && !isOff && submit()) onSubmit()
      }}
    >
      <Segmented
        name={`${id}-kind`}
        legend={words.kindLabel}
        isLegendHidden
        options={[
          { value: 'company', label: words.company },
          { value: 'person', label: words.person },
        ]}
        value={draft.kind === 'person' ? 'person' : 'company'}
        onValue={(kind) => onDraft({ ...draft, kind })}
      />
      {draft.kind !== 'person' ? (
        <CompanyFields {...props} errorOf={errorOf} />
      ) : (
        <TextField
          id={`${id}-personName`}
          label={words.personName}
          note={words.optional}
          hint={words.personHint(DEFAULT_PERSON)}
          error={errorOf('personName')}
          value={draft.personName}
          onValue={set('personName')}
          typing={{ autocomplete: 'name', enterkeyhint: 'next' }}
        />
      )}
      {mayType('email') && (
        <TextField
          id={`${id}-email`}
          label={words.email}
          note={words.optional}
          hint={words.emailHint}
          error={errorOf('email')}
          value={draft.email}
          onValue={set('email')}
          // type=text: a browser's own e-mail check would trim and complain in its own words.
          typing={{
            inputMode: 'email',
            autocomplete: 'email',
            autocapitalize: 'none',
            spellcheck: false,
            enterkeyhint: 'done',
          }}
        />
      )}
      <Button kind="primary" type="submit" isBusy={isBusy} isOff={isOff}>
        {submitLabel}
      </Button>
    </form>
  )
}

type CompanyProps = TitleFormProps & { errorOf(field: TitleField): string | null }

function CompanyFields({ id, draft, onDraft, suggest, errorOf, correcting }: CompanyProps) {
  const words = useWords().texts.titleForm
  const { paste, close, takeApart, KindField } = usePaste(draft, onDraft)
  const isAbroad = draft.kind === 'foreign'
  const chooseTitle = ({ name, taxId }: PastedTitle) => {
    close()
    onDraft({ ...draft, name: name?.value ?? '', taxId: normaliseTaxId(taxId?.value ?? '') })
  }
  return (
    <>
      <NameCombobox
        id={`${id}-name`}
        value={draft.name}
        error={errorOf('name')}
        onValue={(name) => onDraft({ ...draft, name })}
        onBulk={takeApart}
        onChoose={({ name, taxId }) => onDraft({ ...draft, name, taxId })}
        suggest={suggest}
      />
      {paste && <paste.Review text={paste.text} parsed={paste.parsed} onChoose={chooseTitle} />}
      {!isAbroad && (
        <TaxIdField
          id={`${id}-taxId`}
          value={draft.taxId}
          name={draft.name}
          hint={correcting?.taxIdHint ?? null}
          error={errorOf('taxId')}
          onValue={(taxId) => onDraft({ ...draft, taxId })}
          onSwap={() => onDraft({ ...draft, name: draft.taxId, taxId: normaliseTaxId(draft.name) })}
        />
      )}
      {!correcting && !isAbroad && (
        <Segmented
          name={`${id}-invoiceKind`}
          legend={words.invoiceKind}
          options={[
            { value: 'ordinary', label: words.ordinary },
            { value: 'special', label: words.special },
          ]}
          value={draft.invoiceKind}
          onValue={(invoiceKind) => onDraft({ ...draft, invoiceKind })}
        />
      )}
      {!correcting && invoiceKindOf(draft) === 'special' && <p class="field-hint">{words.specialHint}</p>}
      <MoreFields
        fields={MORE.filter((field) => !isAbroad && (correcting?.fields.includes(field) ?? true))}
        {...{ id, draft, onDraft, errorOf, KindField }}
      />
    </>
  )
}

type Paste = { text: string; parsed: ParsedPaste; Review: PasteReader['Review'] }

/**
 * Takes pasted messages apart. The parser comes after the form (8 KB less on the first load); what was
 * pasted before it came is looked at when it is there.
 */
function usePaste(draft: TitleDraft, onDraft: (draft: TitleDraft) => void) {
  const [paste, setPaste] = useState<Paste | null>(null)
  const reader = useRef<PasteReader | null>(null)
  const [isHere, setHere] = useState(false)
  const takeApart = (text: string) => {
    if (reader.current === null) return false
    const { parse, Review } = reader.current
    const parsed = parse(text)
    if (!isWorthParsing(parsed)) return false
    setPaste({ text, parsed, Review })
    onDraft(draftFromPaste(parsed.fields.name ? draft : { ...draft, name: '' }, parsed))
    return true
  }
  const latest = useRef({ draft, takeApart })
  latest.current = { draft, takeApart }
  useEffect(() => {
    import('./PasteReview.tsx').then(
      ({ pasteReader }) => {
        reader.current = pasteReader
        setHere(true)
        latest.current.takeApart(latest.current.draft.name)
      },
      () => {}, // Without it every field can still be typed.
    )
  }, [])
  const KindField = isHere ? reader.current?.KindField : undefined
  return { paste, close: () => setPaste(null), takeApart, KindField }
}

const MORE = ['address', 'phone', 'bankName', 'bankAccount'] as const
type More = (typeof MORE)[number]

type MoreProps = Omit<CompanyProps, keyof TitleFormProps> &
  FormCore & {
    fields: readonly More[]
    /** Comes after the form, into what is folded: nothing jumps. */
    KindField: PasteReader['KindField'] | undefined
  }

function MoreFields({ id, draft, onDraft, errorOf, fields, KindField }: MoreProps) {
  const words = useWords().texts.titleForm
  const { kind } = draft
  if (fields.length === 0 && kind !== 'foreign') return null
  const isFilled = kind !== 'company' || fields.some((field) => draft[field] !== '' || errorOf(field))
  return (
    <details class="more" open={isFilled || undefined}>
      <summary>{words.more}</summary>
      <div class="stack">
        {KindField && kind !== 'person' && (
          <KindField
            id={`${id}-kind`}
            value={kind}
            onValue={(chosen) => onDraft({ ...draft, kind: chosen })}
          />
        )}
        {fields.map((field) => (
          <TextField
            key={field}
            id={`${id}-${field}`}
            label={words.fields[field]}
            error={errorOf(field)}
            value={draft[field]}
            onValue={(value) => onDraft({ ...draft, [field]: value })}
            typing={{ autocomplete: 'off', inputMode: field === 'phone' ? 'tel' : 'text' }}
          />
        ))}
      </div>
    </details>
  )
}

type FormCore = Pick<TitleFormProps, 'id' | 'draft' | 'onDraft'>

type Faulty = Pick<TitleFormProps, 'id' | 'draft' | 'serverFaults'> & Pick<Correcting, 'find'>

/**
 * Own faults appear with the first submit and then follow the typing; the server's stand until their
 * field changes. `submit` says whether the form may go, and if not moves the focus to the first fault.
 */
function useFaults({ id, draft, serverFaults, find }: Faulty) {
  const { texts } = useWords()
  const [attempts, setAttempts] = useState(0)
  const answered = useRef({ faults: serverFaults, draft })
  if (answered.current.faults !== serverFaults) answered.current = { faults: serverFaults, draft }

  const own = attempts > 0 ? find(draft) : []
  const standing = serverFaults.filter(({ field }) => answered.current.draft[field] === draft[field])
  const faults = [...own, ...standing]

  // With the words, not a frame later: what is typed in between would go into the wrong field.
  useLayoutEffect(() => {
    if (attempts === 0 && serverFaults.length === 0) return
    const form = faults.map(({ field }) => document.getElementById(`${id}-${field}`)).filter(isElement)
    const first = form.sort((one, other) => (one.compareDocumentPosition(other) & 4 ? -1 : 1))[0]
    first?.focus()
    first?.scrollIntoView?.({ block: 'center' })
    // Typing must not move the focus: only a submit or its answer does.
  }, [attempts, serverFaults])

  return {
    errorOf(field: TitleField): string | null {
      const fault = faults.find((each) => each.field === field)
      return fault ? wordsOf(texts, fault.code, fault.detail) : null
    },
    submit(): boolean {
      const isGood = find(draft).length === 0
      if (!isGood) setAttempts((count) => count + 1)
      return isGood
    },
  }
}

function isElement(element: HTMLElement | null): element is HTMLElement {
  return element !== null
}
