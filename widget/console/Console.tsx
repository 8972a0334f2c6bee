import { useEffect, useState } from 'preact/hooks'
import type { StaffSelf, StaffSession } from '../../server/contract/staff.ts'
import type { Client } from '../api/client.ts'
import { type ConsoleTexts, useConsoleTexts } from '../i18n/console.ts'
import { Button } from '../ui/Button.tsx'
import { LanguageSwitch } from '../ui/LanguageSwitch.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Accounts } from './Accounts.tsx'
import { Desk } from './Desk.tsx'
import { LogIn } from './LogIn.tsx'
import { MonthReport } from './MonthReport.tsx'

type Props = {
  client: Client
  /** Forgets the session: it lives in this page's memory alone. */
  leave(): void
}

const BOOKKEEPERS: readonly StaffSelf['role'][] = ['finance', 'auditor']
const REVIEWERS: readonly StaffSelf['role'][] = ['finance', 'senior_agent', 'auditor', 'shop_admin']

/** Nobody is in before signing in; who is out again signs in where they were. */
export function Console({ client, leave }: Props) {
  const words = useConsoleTexts()
  const [staff, setStaff] = useState<StaffSelf | null>(null)
  const [hasEnded, setEnded] = useState(false)

  useEffect(() => {
    document.title = words.title
  }, [words])
  useEffect(() => client.session.subscribe(() => setEnded(client.session.hasEnded())), [client])

  const enter = ({ session, staff: self }: StaffSession) => {
    client.session.accept(session)
    setStaff(self)
  }
  const isIn = staff !== null && !hasEnded
  return (
    <div class="console">
      <header class="console-head">
        <span class="shop-logo" aria-hidden="true">
          票
        </span>
        <span class="console-name">
          <b>{words.title}</b>
          {isIn && <span class="muted">{staff.merchantName}</span>}
        </span>
        <span class="console-self">
          {isIn && (
            <span class="muted">
              {staff.login} · {words.roles[staff.role]}
            </span>
          )}
          <LanguageSwitch />
          {isIn && (
            <Button kind="quiet" onClick={leave}>
              {words.logOut}
            </Button>
          )}
        </span>
      </header>
      {isIn ? (
        <Place client={client} staff={staff} words={words} />
      ) : (
        <LogIn client={client} hasEnded={hasEnded} onIn={enter} />
      )}
    </div>
  )
}

/** What there is to do for a role; the server decides what it may. */
function Place({ client, staff, words }: { client: Client; staff: StaffSelf; words: ConsoleTexts }) {
  const { role, id, merchantId } = staff
  return (
    <main class="console-main">
      {role === 'shop_admin' && <Accounts client={client} />}
      {REVIEWERS.includes(role) ? (
        <Desk key={id} client={client} merchantId={merchantId} mayDecide={role === 'finance'} />
      ) : (
        <Notice>{words.noDesk}</Notice>
      )}
      {BOOKKEEPERS.includes(role) && <MonthReport client={client} />}
    </main>
  )
}
