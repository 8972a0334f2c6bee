import { useEffect, useRef } from 'preact/hooks'
import type { Client } from '../api/client.ts'
import { searchTitles } from '../api/search-titles.ts'
import { RequestStatus } from '../h5/RequestStatus.tsx'
import type { HostAdapter } from '../hosts/host.ts'
import { describeFailure, useWords, wordsOf } from '../i18n/locale.tsx'
import { Card } from '../ui/Card.tsx'
import { lazily } from '../ui/lazily.tsx'
import { Notice } from '../ui/Notice.tsx'
import { TitleForm } from '../ui/TitleForm.tsx'
import { AgentOrderCard } from './AgentOrderCard.tsx'
import { CheckCard } from './CheckCard.tsx'
import { Chooser } from './Chooser.tsx'
import { isFocusOurs } from './focus.ts'
import { HandOver } from './HandOver.tsx'
import { IssuedInvoice } from './IssuedInvoice.tsx'
import { OrderBox } from './OrderBox.tsx'
import { OrderNotes } from './OrderNotes.tsx'
import { OverrideReason } from './OverrideReason.tsx'
import { ReplyComposer } from './ReplyComposer.tsx'
import type { Stage, Talk } from './talk.model.ts'
import { useStore } from './use-store.ts'
import { WhyNot } from './WhyNot.tsx'

const LazyCustomerTitles = lazily(
  async () => (await import('../title-book/CustomerTitles.tsx')).CustomerTitles,
)

export type TalkProps = { conversation: string; client: Client; talk: Talk; host: HostAdapter | null }

/** One conversation: the order box, and below it whatever stage the order is in. */
export function TalkPanel(props: TalkProps) {
  const { talk } = props
  const { texts } = useWords()
  useStore(talk)
  const { stage, isBusy, failure } = talk.state()
  return (
    <>
      <OrderBox talk={talk} />
      <div class="stack" aria-busy={isBusy}>
        {failure !== null && <Notice kind="error">{describeFailure(texts, failure)}</Notice>}
        <StageFocus stage={stage} />
        <StageView {...props} stage={stage} />
      </div>
    </>
  )
}

/** Where the hands go next in each stage, so that an invoice is issued without touching the mouse. */
const FIRST: Readonly<Record<Stage['at'], string>> = {
  find: '#order',
  choose: '.choice',
  form: '#title-name, #title-personName, h2[tabindex]',
  check: '.button-primary',
  request: '.button',
}

function StageFocus({ stage }: { stage: Stage }) {
  const mark = useRef<HTMLSpanElement>(null)
  const place = 'order' in stage ? `${stage.at} ${stage.order.id}` : stage.at
  const seen = useRef(place)
  useEffect(() => {
    if (seen.current === place) return
    seen.current = place
    const next = mark.current?.parentElement?.querySelector<HTMLElement>(FIRST[stage.at])
    if (isFocusOurs()) next?.focus()
  }, [place])
  return <span ref={mark} hidden />
}

function StageView({ stage, ...props }: TalkProps & { stage: Stage }) {
  const { conversation, client, talk, host } = props
  if (stage.at === 'find') return null
  if (stage.at === 'choose') return <Chooser {...stage} onChoose={talk.choose} />
  if (stage.at === 'check') {
    return (
      <CheckCard stage={stage} isBusy={talk.state().isBusy} onConfirm={talk.confirm} onBack={talk.back} />
    )
  }
  const { order } = stage
  const held = order.invoiceability.invoice
  const handOver = <HandOver key={order.id} {...{ client, host, conversation }} orderId={order.id} />
  if (stage.at === 'form') {
    return (
      <div class="stack stage">
        <AgentOrderCard key={order.id} client={client} order={order} />
        {order.invoiceability.isInvoiceable ? (
          <FormCard client={client} talk={talk} stage={stage} />
        ) : (
          <WhyNot order={order} />
        )}
        <OrderNotes order={order} />
        {!order.invoiceability.isInvoiceable && held !== null && (
          <IssuedInvoice key={held.id} {...{ client, talk, host, conversation }} invoiceId={held.id} />
        )}
        {order.invoiceability.isInvoiceable && handOver}
      </div>
    )
  }
  return (
    <div class="stack stage">
      <RequestStatus
        request={stage.request}
        isBusy={talk.state().isBusy}
        failure={talk.state().failure}
        onWithdraw={talk.withdraw}
        onEdit={talk.edit}
        onFix={talk.fix}
        onAskAgain={talk.askAgain}
      />
      <ReplyComposer
        {...{ client, host, conversation }}
        request={stage.request}
        isMain={stage.request.state === 'issued' && !talk.isCorrecting(stage.request.invoiceId)}
      />
      <OrderNotes order={order} />
      {stage.request.invoiceId !== null && (
        <IssuedInvoice
          key={stage.request.invoiceId}
          {...{ client, talk, host, conversation }}
          invoiceId={stage.request.invoiceId}
        />
      )}
      <AgentOrderCard key={order.id} client={client} order={order} />
    </div>
  )
}

type FormProps = { client: Client; talk: Talk; stage: Extract<Stage, { at: 'form' }> }

/** 粘贴识别 and the tax-id doctor live in the form that customers have, too. */
function FormCard({ client, talk, stage }: FormProps) {
  const { texts } = useWords()
  const { order, draft, faults, others } = stage
  return (
    <Card heading={texts.titleForm.heading}>
      {order.invoiceability.overrideNeeded && <OverrideReason talk={talk} stage={stage} />}
      {order.titleHint !== null && <p class="muted">{texts.titleForm.hintFromOrder}</p>}
      {others.map(({ code, detail }) => (
        <Notice key={code} kind="error">
          {wordsOf(texts, code, detail)}
        </Notice>
      ))}
      <LazyCustomerTitles
        key={`titles-${order.id}`}
        call={client.call}
        orderId={order.id}
        draft={draft}
        onDraft={talk.setDraft}
      />
      <TitleForm
        key={order.id}
        id="title"
        draft={draft}
        onDraft={talk.setDraft}
        suggest={(text, signal) => searchTitles(client.call, text, signal)}
        serverFaults={faults}
        submitLabel={texts.actions.check}
        isBusy={talk.state().isBusy}
        onSubmit={talk.check}
      />
    </Card>
  )
}
