import { useEffect, useState } from 'preact/hooks'
import type { Client } from '../api/client.ts'
import { ApiProblem } from '../api/problems.ts'
import { CustomerFlow } from '../h5/CustomerFlow.tsx'
import type { FlowEvent } from '../h5/flow-context.ts'
import { memorySteps } from '../h5/steps.ts'
import { useEmbedTexts } from '../i18n/embed.ts'
import { chooseLocale, describeFailure, useWords } from '../i18n/locale.tsx'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import type { HostPage } from './connect-page.ts'
import { chooseStep, openSession } from './frame-session.ts'

type Props = { client: Client; page: HostPage; isDemo: boolean }

type Entry =
  | { kind: 'opening' }
  | { kind: 'open' }
  | { kind: 'no_token' }
  | { kind: 'failed'; cause: unknown }

/** The customer's way inside a storefront: the page brings the token, here is the rest. */
export function FrameApp({ client, page, isDemo }: Props) {
  const { texts } = useWords()
  const words = useEmbedTexts()
  const [steps] = useState(memorySteps)
  const { entry, enter } = useEntry(client, page, steps.replace)
  useLocaleOf(page)

  return (
    <div class="frame">
      {entry.kind === 'opening' && <Skeleton label={texts.flow.loading} />}
      {entry.kind === 'no_token' && <Notice kind="warn">{words.noToken}</Notice>}
      {entry.kind === 'failed' && (
        <Notice kind="error">
          <p>{describeFailure(texts, entry.cause)}</p>
          <Button onClick={enter}>{texts.actions.retry}</Button>
        </Notice>
      )}
      {entry.kind === 'open' && (
        <CustomerFlow
          client={client}
          steps={steps}
          onEvent={(event) => page.say(eventOf(event))}
          endedText={words.ended}
        />
      )}
      {isDemo && <p class="muted">{texts.flow.demoNote}</p>}
    </div>
  )
}

/** Framed by a page that is not on the shop's list, or by none. */
export function Refused() {
  const words = useEmbedTexts()
  return (
    <div class="frame">
      <Notice kind="warn">{words.refused}</Notice>
    </div>
  )
}

/** Opens the session, opens it anew when it ended, and tries again when the page says something changed. */
function useEntry(client: Client, page: HostPage, goTo: ReturnType<typeof memorySteps>['replace']) {
  const [entry, setEntry] = useState<Entry>({ kind: 'opening' })
  const enter = () => {
    setEntry({ kind: 'opening' })
    begin(client, page).then(
      (step) => {
        if (step !== null) goTo(step)
        setEntry({ kind: step === null ? 'no_token' : 'open' })
        page.say({ t: 'event', name: 'ready', detail: {} })
      },
      (cause: unknown) => {
        setEntry({ kind: 'failed', cause })
        const code = cause instanceof ApiProblem ? cause.code : 'network'
        page.say({ t: 'event', name: 'error', detail: { code } })
      },
    )
  }
  useEffect(() => {
    client.session.onExpired(() => openSession(client, page))
    enter()
  }, [client, page])

  const isWaiting = entry.kind === 'no_token'
  useEffect(
    () =>
      page.onView(() => {
        if (isWaiting) enter()
        // What is typed stands; the next call goes through again.
        else if (client.session.hasEnded()) void revive(client, page)
      }),
    [client, page, isWaiting],
  )
  // Without a word of its own the page would not know that its buyer is stuck.
  useEffect(
    () =>
      client.session.subscribe(() => {
        if (client.session.hasEnded()) {
          page.say({ t: 'event', name: 'error', detail: { code: 'session_ended' } })
        }
      }),
    [client, page],
  )
  return { entry, enter }
}

async function begin(client: Client, page: HostPage) {
  const session = await openSession(client, page)
  if (session === null) return null
  client.session.accept(session)
  return chooseStep(client, session, page.view())
}

async function revive(client: Client, page: HostPage): Promise<void> {
  const session = await openSession(client, page).catch(() => null)
  if (session !== null) client.session.accept(session)
}

function useLocaleOf(page: HostPage): void {
  const { setLocale } = useWords()
  useEffect(() => page.onView(({ locale }) => setLocale(chooseLocale('', locale))), [page])
}

/** What the host page may know: ids, state and a stable code; nothing about a person. */
function eventOf({ kind, ...detail }: FlowEvent) {
  return { t: 'event', name: kind, detail: { code: kind, ...detail } } as const
}
