import { useState } from 'preact/hooks'
import type { LoggedInView } from '../../server/contract/staff.ts'
import type { Client } from '../api/client.ts'
import { endAllLoggedIn, endLoggedIn, listLoggedIn } from '../api/logged-in.ts'
import { useConsoleTexts } from '../i18n/console.ts'
import { formatTime } from '../i18n/format.ts'
import { describeFailure, useWords } from '../i18n/locale.tsx'
import { Button } from '../ui/Button.tsx'
import { Card } from '../ui/Card.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Loaded } from './Loaded.tsx'
import { useRead } from './use-read.ts'

type Props = { client: Client /** Everything is over, this page too. */; onAllEnded(): void }

/** Open ones, and as many that are over as a person looks through. */
const SHOWN_OVER = 5

/** Where somebody is signed in, and the way out of each. */
export function LogIns({ client, onAllEnded }: Props) {
  const { texts } = useWords()
  const words = useConsoleTexts()
  const read = useRead(() => listLoggedIn(client.call), 'log-ins')
  const [isDone, setDone] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  const [busyId, setBusyId] = useState<string | null>(null)

  const end = async (id: string, work: () => Promise<unknown>, after: () => void) => {
    setBusyId(id)
    setFailure(null)
    try {
      await work()
      after()
    } catch (cause) {
      setFailure(cause)
    }
    setBusyId(null)
  }
  const endOne = ({ id }: LoggedInView) =>
    end(
      id,
      () => endLoggedIn(client.call, id),
      () => {
        setDone(true)
        read.again()
      },
    )
  return (
    <Card heading={words.logIns}>
      {isDone && <Notice kind="ok">{words.endedOne}</Notice>}
      {failure !== null && <Notice kind="error">{describeFailure(texts, failure)}</Notice>}
      <p class="muted">{words.logInsHint}</p>
      <Loaded read={read}>
        {(items) => (
          <ul class="accounts">
            {shownOf(items).map((item) => (
              <LogInRow
                key={item.id}
                item={item}
                isBusy={busyId === item.id}
                onEnd={() => void endOne(item)}
              />
            ))}
          </ul>
        )}
      </Loaded>
      <Button
        isBusy={busyId === 'all'}
        onClick={() => void end('all', () => endAllLoggedIn(client.call), onAllEnded)}
      >
        {words.endAll}
      </Button>
    </Card>
  )
}

function shownOf(items: readonly LoggedInView[]): LoggedInView[] {
  return [
    ...items.filter(({ isOpen }) => isOpen),
    ...items.filter(({ isOpen }) => !isOpen).slice(0, SHOWN_OVER),
  ]
}

function LogInRow({ item, isBusy, onEnd }: { item: LoggedInView; isBusy: boolean; onEnd(): void }) {
  const { locale } = useWords()
  const words = useConsoleTexts()
  const { address, createdAt, lastUsedAt, isOpen, isOwn } = item
  const device = item.device === '?' ? words.unknownDevice : item.device
  return (
    <li class="account">
      <span>
        <b>{device}</b> <span class="muted">{address}</span>
        <br />
        <span class="muted">
          {words.signedIn(formatTime(createdAt, locale))} · {words.lastUsed(formatTime(lastUsedAt, locale))}
        </span>
      </span>
      <span class="account-state">
        {isOwn && <span class="badge badge-plain">{words.thisOne}</span>}
        {!isOpen && <span class="badge badge-plain">{words.isOver}</span>}
        {isOpen && !isOwn && (
          <Button isBusy={isBusy} onClick={onEnd}>
            {words.endOne}
          </Button>
        )}
      </span>
    </li>
  )
}
