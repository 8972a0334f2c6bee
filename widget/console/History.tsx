import type { Move } from '../api/read-reviews.ts'
import { useConsoleTexts } from '../i18n/console.ts'
import { formatTime } from '../i18n/format.ts'
import { useWords } from '../i18n/locale.tsx'

type Props = { moves: readonly Move[]; states: Readonly<Record<string, string>> }

/** What happened to an item, oldest first. */
export function History({ moves, states }: Props) {
  const { locale } = useWords()
  const words = useConsoleTexts()
  return (
    <ol class="history">
      {moves.map(({ to, actor, at }) => (
        <li key={`${to} ${at}`}>
          <span>{states[to] ?? to}</span>
          <span class="muted">
            {words.actors[actor.split(':')[0] ?? ''] ?? actor} · {formatTime(at, locale)}
          </span>
        </li>
      ))}
    </ol>
  )
}
