import { ApiProblem } from '../api/problems.ts'
import { useConsoleTexts } from '../i18n/console.ts'
import { describeFailure, useWords } from '../i18n/locale.tsx'
import { Notice } from '../ui/Notice.tsx'

type Props = { cause: unknown /** What `login_refused` means at this step. */; refused: string }

/** Why signing in did not go on, and for how long it will not. */
export function RefusalNotice({ cause, refused }: Props) {
  const { texts } = useWords()
  const words = useConsoleTexts()
  const { code, retryAfter } = cause instanceof ApiProblem ? cause : { code: null, retryAfter: undefined }
  if (code === 'login_refused') return <Notice kind="error">{refused}</Notice>
  if (code !== 'staff_locked') return <Notice kind="error">{describeFailure(texts, cause)}</Notice>
  const minutes = Math.max(1, Math.ceil((retryAfter ?? 60) / 60))
  return <Notice kind="error">{words.lockedFor(minutes)}</Notice>
}
