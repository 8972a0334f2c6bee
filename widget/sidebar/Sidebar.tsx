import { useEffect, useState } from 'preact/hooks'
import type { Client } from '../api/client.ts'
import { exchangeLaunch } from '../api/exchange-launch.ts'
import type { HostAdapter } from '../hosts/host.ts'
import { describeFailure, useWords } from '../i18n/locale.tsx'
import { useSidebarTexts } from '../i18n/sidebar.ts'
import { LanguageSwitch } from '../ui/LanguageSwitch.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { TalkPanel } from './TalkPanel.tsx'
import { TodayList } from './TodayList.tsx'
import type { Talks } from './talks.model.ts'
import type { Today } from './today.model.ts'
import { useStore } from './use-store.ts'

type Props = {
  client: Client
  talks: Talks
  today: Today
  host: HostAdapter | null
  launchToken: string | null
}

/** The agent's panel: the conversation that is open, and what was asked for today. */
export function Sidebar({ client, talks, today, host, launchToken }: Props) {
  const { texts } = useWords()
  const words = useSidebarTexts()
  const entry = useEntry(client, launchToken, host?.origin() ?? null)
  useStore(client.session)
  useEffect(() => {
    document.title = words.title
  }, [words])

  const isOpen = entry.kind === 'open'
  useEffect(() => (isOpen ? today.start() : undefined), [isOpen, today])
  // Only with a session: the first context is looked up at once.
  useEffect(() => (isOpen ? host?.onContext(talks.enter) : undefined), [isOpen, host, talks])

  return (
    <div class="panel">
      <main class="stack">
        <h1 class="unseen">{words.title}</h1>
        {client.session.hasEnded() && <Notice kind="warn">{words.sessionEnded}</Notice>}
        {entry.kind === 'opening' && <Skeleton label={texts.flow.loading} />}
        {entry.kind === 'refused' && (
          <Notice kind="error">
            {entry.cause === null ? words.noToken : describeFailure(texts, entry.cause)}
          </Notice>
        )}
        {isOpen && <CurrentTalk client={client} talks={talks} host={host} />}
      </main>
      {isOpen && <TodayList today={today} talks={talks} />}
      <footer class="page-foot">
        <span>{client.session.current()?.shops.some(({ isDemo }) => isDemo) ? texts.flow.demoNote : ''}</span>
        <LanguageSwitch />
      </footer>
    </div>
  )
}

/** Keyed by the conversation: nothing on the screen survives into another one. */
function CurrentTalk({ client, talks, host }: Pick<Props, 'client' | 'talks' | 'host'>) {
  useStore(talks)
  const { key, talk } = talks.current()
  return <TalkPanel key={key} conversation={key} client={client} talk={talk} host={host} />
}

type Entry = { kind: 'opening' } | { kind: 'open' } | { kind: 'refused'; cause: unknown }

/** The launch token becomes a session, once. */
function useEntry(client: Client, launchToken: string | null, hostOrigin: string | null): Entry {
  const [entry, setEntry] = useState<Entry>(
    launchToken === null ? { kind: 'refused', cause: null } : { kind: 'opening' },
  )
  useEffect(() => {
    if (launchToken === null) return
    exchangeLaunch(client.bareCall, launchToken, hostOrigin).then(
      (session) => {
        client.session.accept(session)
        setEntry({ kind: 'open' })
      },
      (cause: unknown) => setEntry({ kind: 'refused', cause }),
    )
  }, [client, launchToken])
  return entry
}
