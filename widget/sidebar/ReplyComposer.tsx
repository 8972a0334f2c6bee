import type { InvoiceRequestView } from '../../server/contract/invoicing.ts'
import type { Client } from '../api/client.ts'
import { drawReply } from '../api/draw-reply.ts'
import { ApiProblem } from '../api/problems.ts'
import type { HostAdapter } from '../hosts/host.ts'
import { useWords } from '../i18n/locale.tsx'
import { useSidebarTexts } from '../i18n/sidebar.ts'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import { InsertResult } from './InsertResult.tsx'
import { useInsertion } from './insert-text.model.ts'

type Props = {
  client: Client
  host: HostAdapter | null
  conversation: string
  request: InvoiceRequestView
  /** The one thing to do now. */
  isMain: boolean
}

/**
 * 发送给客户 (F3): a sentence that is true of the state on the screen, made by the server, put into the
 * reply box. The server refuses when the state moved on; what is shown is then read again by itself.
 */
export function ReplyComposer({ client, host, conversation, request, isMain }: Props) {
  const { locale } = useWords()
  const words = useSidebarTexts()
  const { insertion, insert } = useInsertion(host, conversation)
  const send = () =>
    insert(async () => {
      const { text } = await drawReply(client.call, request.id, { version: request.version, locale })
      return text
    })
  const isOutdated =
    insertion.kind === 'failed' &&
    insertion.cause instanceof ApiProblem &&
    insertion.cause.code === 'reply_outdated'
  return (
    <div class="stack-tight">
      <Button
        kind={isMain ? 'primary' : 'secondary'}
        isWide
        isBusy={insertion.kind === 'busy'}
        onClick={() => void send()}
      >
        {words.send}
      </Button>
      {isOutdated ? (
        <Notice kind="warn">{words.sendOutdated}</Notice>
      ) : (
        <InsertResult insertion={insertion} />
      )}
    </div>
  )
}
