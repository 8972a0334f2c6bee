import { useEffect, useState } from 'preact/hooks'
import type { SessionView } from '../../server/contract/sessions.ts'
import type { Client } from '../api/client.ts'
import { exchangeEntry } from '../api/exchange-entry.ts'
import { exchangeLaunch } from '../api/exchange-launch.ts'
import type { HostAdapter } from '../hosts/host.ts'
import { describeFailure, useWords } from '../i18n/locale.tsx'
import { useSidebarTexts } from '../i18n/sidebar.ts'
import { LanguageSwitch } from '../ui/LanguageSwitch.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { AgentCodeCard } from './AgentCodeCard.tsx'
import { TalkPanel } from './TalkPanel.tsx'
import { TodayList } from './TodayList.tsx'
import type { Pass } from './take-pass.ts'
import type { Talks } from './talks.model.ts'
import type { Today } from './today.model.ts'
import { useStore } from './use-store.ts'

type Props = {
  client: Client
  talks: Talks
  today: Today
  host: HostAdapter | null
  pass: Pass | null
  /** Null where the server put no shop into the page. */
  shopCode: string | null
}

/** The agent's panel: the conversation that is open, and what was asked for today. */
export function Sidebar({ client, talks, today, host, pass, shopCode }: Props) {
  const { texts } = useWords()
  const words = useSidebarTexts()
  const { entry, enter } = useEntry(client, pass, host?.origin() ?? null)
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
        {entry.kind === 'refused' && <Notice kind="error">{describeFailure(texts, entry.cause)}</Notice>}
        {entry.kind === 'nobody' && <Unproven {...{ client, host, shopCode, enter }} />}
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

type UnprovenProps = Pick<Props, 'client' | 'host' | 'shopCode'> & { enter(session: SessionView): void }

/** Nobody vouches for the agent. A console that at least names them gets a code to where they alone read it. */
function Unproven({ client, host, shopCode, enter }: UnprovenProps) {
  const words = useSidebarTexts()
  if (host?.claim === undefined || shopCode === null) return <Notice kind="error">{words.noToken}</Notice>
  return (
    <AgentCodeCard
      client={client}
      claim={host.claim}
      onContext={host.onContext}
      shop={shopCode}
      onEnter={enter}
    />
  )
}

type Entry = { kind: 'nobody' } | { kind: 'opening' } | { kind: 'open' } | { kind: 'refused'; cause: unknown }

/** The pass becomes a session, once. */
function useEntry(client: Client, pass: Pass | null, hostOrigin: string | null) {
  const [entry, setEntry] = useState<Entry>({ kind: pass === null ? 'nobody' : 'opening' })
  const enter = (session: SessionView) => {
    client.session.accept(session)
    setEntry({ kind: 'open' })
  }
  useEffect(() => {
    if (pass === null) return
    const exchange = pass.kind === 'launch' ? exchangeLaunch : exchangeEntry
    exchange(client.bareCall, pass.token, hostOrigin).then(enter, (cause: unknown) =>
      setEntry({ kind: 'refused', cause }),
    )
  }, [client, pass])
  return { entry, enter }
}
