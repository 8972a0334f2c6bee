import { useEffect, useRef, useState } from 'preact/hooks'
import type { AgentCodeAsk } from '../../server/contract/hosts.ts'
import type { SessionView } from '../../server/contract/sessions.ts'
import { askAgentCode, enterWithCode } from '../api/agent-code.ts'
import type { Client } from '../api/client.ts'
import { ApiProblem } from '../api/problems.ts'
import type { AgentClaim, HostAdapter } from '../hosts/host.ts'
import { describeFailure, useWords } from '../i18n/locale.tsx'
import { useSidebarTexts } from '../i18n/sidebar.ts'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import { TextField } from '../ui/TextField.tsx'

type Props = {
  client: Client
  shop: string
  claim(): AgentClaim | null
  onContext: HostAdapter['onContext']
  onEnter(session: SessionView): void
}

/**
 * An agent of a console that signs nothing shows here what only agents can read. The code is for the conversation
 * it was sent to, whichever is open when it is typed.
 */
export function AgentCodeCard({ client, shop, claim, onContext, onEnter }: Props) {
  const { texts } = useWords()
  const words = useSidebarTexts()
  const [isNamed, setNamed] = useState(false)
  const [sent, setSent] = useState<AgentCodeAsk | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  useEffect(() => onContext(() => setNamed(claim() !== null)), [onContext, claim])

  const work = async (what: () => Promise<void>) => {
    if (isBusy) return
    setBusy(true)
    setFailure(null)
    await what().catch(setFailure)
    setBusy(false)
  }
  const send = () =>
    work(async () => {
      const named = claim()
      if (named === null) return
      const ask = { shop, ...named }
      await askAgentCode(client.bareCall, ask)
      setSent(ask)
    })
  const enter = (code: string) =>
    work(async () => {
      if (sent !== null) onEnter(await enterWithCode(client.bareCall, sent, code))
    })

  const isWrong = failure instanceof ApiProblem && failure.code === 'host_proof_refused'
  return (
    <section class="card stack-tight">
      <h2>{words.codeHeading}</h2>
      <p class="muted">{sent === null ? words.codeIntro : words.codeSent}</p>
      {failure !== null && (
        <Notice kind="error">{isWrong ? words.codeWrong : describeFailure(texts, failure)}</Notice>
      )}
      {sent !== null && <CodeForm isBusy={isBusy} onCode={enter} />}
      {sent === null && !isNamed && <Notice kind="info">{words.codeNoTalk}</Notice>}
      {isNamed && (
        <Button
          kind={sent === null ? 'primary' : 'quiet'}
          isWide
          isBusy={isBusy && sent === null}
          onClick={send}
        >
          {sent === null ? words.codeSend : words.codeAgain}
        </Button>
      )}
    </section>
  )
}

const CODE_LENGTH = 6

function CodeForm({ isBusy, onCode }: { isBusy: boolean; onCode(code: string): void }) {
  const words = useSidebarTexts()
  const [code, setCode] = useState('')
  const [isTried, setTried] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const focus = () => form.current?.querySelector('input')?.focus()
  useEffect(focus, [])

  const digits = code.normalize('NFKC').replace(/\D/g, '')
  const isWhole = digits.length === CODE_LENGTH
  const submit = (event: Event) => {
    event.preventDefault()
    setTried(true)
    if (!isWhole) return focus()
    onCode(digits)
  }
  return (
    <form class="stack-tight" noValidate ref={form} onSubmit={submit}>
      <TextField
        id="agent-code"
        label={words.code}
        error={isTried && !isWhole ? words.codeEmpty : null}
        value={code}
        onValue={setCode}
        typing={{ inputMode: 'numeric', autocomplete: 'one-time-code', maxLength: 12, enterkeyhint: 'done' }}
        isCode
      />
      <Button kind="primary" type="submit" isWide isBusy={isBusy}>
        {words.codeEnter}
      </Button>
    </form>
  )
}
