import { isWorthRetrying } from '../api/problems.ts'
import { describeFailure, useWords } from '../i18n/locale.tsx'
import { Button } from '../ui/Button.tsx'
import { Card } from '../ui/Card.tsx'

type Props = { cause: unknown; onRetry(): void }

/** A screen that could not be loaded: why, and the one thing to do about it. */
export function Failure({ cause, onRetry }: Props) {
  const { texts } = useWords()
  return (
    <Card>
      <p role="alert">{describeFailure(texts, cause)}</p>
      <Button onClick={onRetry} isWide>
        {texts.actions.retry}
      </Button>
      {isWorthRetrying(cause) && <p class="muted">{texts.flow.offlineNote}</p>}
    </Card>
  )
}
