import type { ReissueView } from '../../server/contract/reissues.ts'
import type { Client } from '../api/client.ts'
import { getReissue } from '../api/get-reissue.ts'
import { useConsoleTexts } from '../i18n/console.ts'
import { formatTime } from '../i18n/format.ts'
import { useWords } from '../i18n/locale.tsx'
import { useReissueTexts } from '../i18n/reissue.ts'
import { ChangeList } from '../reissue/ChangeList.tsx'
import { DocumentList } from '../reissue/DocumentList.tsx'
import { SagaSteps } from '../reissue/SagaSteps.tsx'
import { Card, Facts } from '../ui/Card.tsx'
import { Money } from '../ui/Money.tsx'
import { Loaded } from './Loaded.tsx'
import { useRead } from './use-read.ts'

/** 换开: what changes, what is taken back and issued, and where it stands. */
export function ReissueSheet({ client, id }: { client: Client; id: string }) {
  const read = useRead(() => getReissue(client.call, id), id)
  return (
    <div class="stack">
      <Loaded read={read}>{(reissue) => <Plan reissue={reissue} />}</Loaded>
    </div>
  )
}

function Plan({ reissue }: { reissue: ReissueView }) {
  const { locale } = useWords()
  const words = useConsoleTexts()
  const { original, acknowledgedAt, method, reason, ...own } = useReissueWords(reissue)
  return (
    <>
      <Card heading={words.diff}>
        <ChangeList changes={reissue.changes} />
        <Facts
          items={[
            { name: own.texts.reason, value: reason },
            { name: own.texts.method, value: method },
            {
              name: own.texts.original,
              value: (
                <>
                  <span class="digits">{original.number}</span>
                  <br />
                  <Money fen={original.grossFen} />
                </>
              ),
            },
          ]}
        />
        {reissue.cause !== 'refund' && (
          <p class="muted">
            {acknowledgedAt === null
              ? own.texts.notAcknowledged
              : own.texts.acknowledged(formatTime(acknowledgedAt, locale))}
          </p>
        )}
      </Card>
      <Card heading={words.document}>
        <DocumentList documents={reissue.documents} />
      </Card>
      <Card heading={words.history}>
        <SagaSteps reissue={reissue} />
      </Card>
    </>
  )
}

function useReissueWords({ original, acknowledgedAt, method, reason }: ReissueView) {
  const texts = useReissueTexts()
  return { texts, original, acknowledgedAt, method: texts.methods[method], reason: texts.reasons[reason] }
}
