import type { ComponentChildren } from 'preact'
import { describeFailure, useWords } from '../i18n/locale.tsx'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import type { Read } from './use-read.ts'

type Props<T> = { read: Read<T>; children(value: T): ComponentChildren }

/** What was read, its place while it is on the way, or why it did not come. */
export function Loaded<T>({ read, children }: Props<T>) {
  const { texts } = useWords()
  const { value, failure, again } = read
  if (value !== null) return <>{children(value)}</>
  if (failure === null) return <div class="skeleton skeleton-card" />
  return (
    <Notice kind="error">
      <p>{describeFailure(texts, failure)}</p>
      <Button onClick={again}>{texts.actions.retry}</Button>
    </Notice>
  )
}
