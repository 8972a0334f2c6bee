import { useState } from 'preact/hooks'
import type { OrderView } from '../../server/contract/orders.ts'
import { previewRequest } from '../api/preview-request.ts'
import { searchTitles } from '../api/search-titles.ts'
import { describeFailure, useWords, wordsOf } from '../i18n/locale.tsx'
import { Card } from '../ui/Card.tsx'
import { Notice } from '../ui/Notice.tsx'
import { TitleForm } from '../ui/TitleForm.tsx'
import { askFromDraft, draftFromHint, placeFaults, type TitleDraft } from '../ui/title-form.model.ts'
import { keyOf } from './draft-store.ts'
import { useFlow } from './flow-context.ts'
import { useTitleParts } from './use-title-parts.ts'

type Props = {
  orderIds: readonly string[]
  hint: OrderView['titleHint']
  /** An earlier request for it was rejected: why the form is here again. */
  isAgain: boolean
}

/** The title for an order, or for several. The server looks at it before the check page opens. */
export function AskForm({ orderIds, hint, isAgain }: Props) {
  const { client, drafts, faults, steps } = useFlow()
  const { texts } = useWords()
  const key = keyOf(orderIds)
  const [draft, setDraft] = useState(() => drafts.read(key) ?? draftFromHint(hint))
  const [serverFaults, setServerFaults] = useState(() => faults.get(key) ?? [])
  const [notes, setNotes] = useState<readonly string[]>([])
  const [isBusy, setBusy] = useState(false)
  const titles = useTitleParts()

  const change = (next: TitleDraft) => {
    setDraft(next)
    drafts.write(key, next)
    faults.delete(key)
  }
  const check = async () => {
    setBusy(true)
    setNotes([])
    try {
      const { errors } = await previewRequest(client.call, askFromDraft(orderIds, draft))
      const placed = placeFaults(draft, errors)
      setServerFaults(placed.faults)
      setNotes(placed.others.map(({ code, detail }) => wordsOf(texts, code, detail)))
      drafts.write(key, draft)
      if (errors.length === 0) steps.push({ at: 'check', orderIds })
    } catch (cause) {
      // An ended session is said above, once.
      if (!client.session.hasEnded()) setNotes([describeFailure(texts, cause)])
    } finally {
      setBusy(false)
    }
  }

  return (
    <Card heading={texts.titleForm.heading}>
      {isAgain && <Notice kind="warn">{texts.progress.rejected}</Notice>}
      {notes.map((note) => (
        <Notice key={note} kind="error">
          {note}
        </Notice>
      ))}
      {titles && <titles.Offer draft={draft} onDraft={change} />}
      <TitleForm
        id="title"
        draft={draft}
        onDraft={change}
        suggest={(text, signal) => searchTitles(client.call, text, signal)}
        serverFaults={serverFaults}
        submitLabel={texts.actions.next}
        isBusy={isBusy}
        onSubmit={() => void check()}
      />
    </Card>
  )
}
