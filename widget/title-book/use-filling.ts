import { useState } from 'preact/hooks'
import type { TitleDraft } from '../ui/title-form.model.ts'
import { isSameDraft, losesTyped } from './fill.model.ts'

type Form = { draft: TitleDraft; onDraft(draft: TitleDraft): void }

/** Fills a form by one tap, with a way back to what was typed as long as nothing else is typed (U4). */
export function useFilling({ draft, onDraft }: Form) {
  const [filled, setFilled] = useState<{ before: TitleDraft; after: TitleDraft } | null>(null)
  const standing = filled !== null && isSameDraft(filled.after, draft) ? filled : null
  // A second tap chooses another title: what was typed is still what stood there before the first.
  const base = standing === null ? draft : standing.before
  return {
    base,
    isStanding: standing !== null,
    canRestore: standing !== null && losesTyped(standing.before, standing.after),
    fill(after: TitleDraft) {
      setFilled({ before: base, after })
      onDraft(after)
    },
    restore() {
      setFilled(null)
      onDraft(base)
    },
  }
}
