import type { ReviewSheet } from '../../server/contract/review-sheet.ts'
import type { Client } from '../api/client.ts'
import { getReviewHistory } from '../api/get-review-history.ts'
import { getReviewSheet } from '../api/get-review-sheet.ts'
import { type ConsoleTexts, useConsoleTexts } from '../i18n/console.ts'
import { useWords, wordsOf } from '../i18n/locale.tsx'
import { DocumentList } from '../reissue/DocumentList.tsx'
import { Card, Facts } from '../ui/Card.tsx'
import { Notice } from '../ui/Notice.tsx'
import { History } from './History.tsx'
import { Loaded } from './Loaded.tsx'
import { useRead } from './use-read.ts'

type Props = { client: Client; id: string; mayDecide: boolean }

/** A first invoice: for who decides the buyer in full, the checks and the document; the history for all. */
export function RequestSheet({ client, id, mayDecide }: Props) {
  const words = useConsoleTexts()
  const history = useRead(() => getReviewHistory(client.call, id), id)
  return (
    <div class="stack">
      {mayDecide && <FullSheet client={client} id={id} />}
      <Card heading={words.history}>
        <Loaded read={history}>{(moves) => <History moves={moves} states={words.states} />}</Loaded>
      </Card>
    </div>
  )
}

function FullSheet({ client, id }: Pick<Props, 'client' | 'id'>) {
  const words = useConsoleTexts()
  const sheet = useRead(() => getReviewSheet(client.call, id), id)
  return (
    <Loaded read={sheet}>
      {(found) => (
        <>
          <Card heading={words.titleInFull}>
            <Facts items={titleFacts(words, found.typed)} />
            <p class="muted">{words.fullHint}</p>
          </Card>
          <Card heading={words.checks}>
            <Checks sheet={found} />
          </Card>
          <Card heading={words.document}>
            {found.document === null ? (
              <Notice kind="warn">{words.noDocument}</Notice>
            ) : (
              <DocumentList documents={[found.document]} />
            )}
            <p class="muted">{words.noDiff}</p>
          </Card>
        </>
      )}
    </Loaded>
  )
}

function Checks({ sheet: { errors, rules } }: { sheet: ReviewSheet }) {
  const { texts } = useWords()
  const words = useConsoleTexts()
  if (errors.length === 0) {
    return <Notice kind="ok">{words.checksPassed(rules.count, rules.version)}</Notice>
  }
  return (
    <Notice kind="warn">
      <ul class="stack-tight">
        {errors.map(({ code, field, detail }) => (
          <li key={`${code} ${field}`}>{wordsOf(texts, code, detail)}</li>
        ))}
      </ul>
    </Notice>
  )
}

function titleFacts({ fields }: ConsoleTexts, typed: ReviewSheet['typed']) {
  const digits = (text: string | null) => text && <span class="digits">{text}</span>
  return [
    { name: fields.name, value: <strong>{typed.name}</strong> },
    { name: fields.taxId, value: digits(typed.taxId) },
    { name: fields.address, value: typed.address },
    { name: fields.companyPhone, value: digits(typed.companyPhone) },
    { name: fields.bankName, value: typed.bankName },
    { name: fields.bankAccount, value: digits(typed.bankAccount) },
    { name: fields.email, value: typed.email },
    { name: fields.phone, value: digits(typed.phone) },
    { name: fields.remark, value: typed.remark },
  ]
}
