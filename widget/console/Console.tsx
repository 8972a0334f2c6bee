import { useEffect, useState } from 'preact/hooks'
import type { StaffSelf, StaffSession } from '../../server/contract/staff.ts'
import type { Client } from '../api/client.ts'
import { endSession } from '../api/end-session.ts'
import { resumeStaff } from '../api/resume-staff.ts'
import { type ConsoleTexts, useConsoleTexts } from '../i18n/console.ts'
import { Button } from '../ui/Button.tsx'
import { LanguageSwitch } from '../ui/LanguageSwitch.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { Accounts } from './Accounts.tsx'
import { Desk } from './Desk.tsx'
import { LogIn } from './LogIn.tsx'
import { LogIns } from './LogIns.tsx'
import { MonthReport } from './MonthReport.tsx'

type Props = {
  client: Client
  /** Starts the page anew, with nothing in its memory. */
  restart(): void
}

const BOOKKEEPERS: readonly StaffSelf['role'][] = ['finance', 'auditor']
const REVIEWERS: readonly StaffSelf['role'][] = ['finance', 'senior_agent', 'auditor', 'shop_admin']

/** Nobody is in before signing in; who reloads or slept is still in, and who is out signs in where they were. */
export function Console({ client, restart }: Props) {
  const words = useConsoleTexts()
  const { staff, isKnown, hasEnded, enter } = useStaff(client)

  useEffect(() => {
    document.title = words.title
  }, [words])

  // Whether the server heard it or not: this page forgets.
  const leave = () => void endSession(client.call).then(restart, restart)
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
      {isIn && <Place client={client} staff={staff} words={words} onAllEnded={restart} />}
      {!isIn && isKnown && <LogIn client={client} hasEnded={hasEnded} onIn={enter} />}
      {!isKnown && <Skeleton label={words.entering} />}
    </div>
  )
}

/** Who is signed in. Before the server said whether the browser's cookie is still good, nobody knows. */
function useStaff(client: Client) {
  const [staff, setStaff] = useState<StaffSelf | null>(null)
  const [isKnown, setKnown] = useState(false)
  const [hasEnded, setEnded] = useState(false)
  const enter = ({ session, staff: self }: StaffSession) => {
    client.session.accept(session)
    setStaff(self)
  }

  useEffect(() => client.session.subscribe(() => setEnded(client.session.hasEnded())), [client])
  useEffect(() => {
    let isGone = false
    const show = (found: StaffSession | null) => {
      if (isGone) return
      if (found !== null) enter(found)
      setKnown(true)
    }
    // Who cannot be brought back signs in; what is wrong shows there.
    resumeStaff(client.bareCall).then(show, () => show(null))
    client.session.onExpired(async () => (await resumeStaff(client.bareCall))?.session ?? null)
    return () => {
      isGone = true
    }
  }, [client])
  return { staff, isKnown, hasEnded, enter }
}

type PlaceProps = { client: Client; staff: StaffSelf; words: ConsoleTexts; onAllEnded(): void }

/** What there is to do for a role; the server decides what it may. */
function Place({ client, staff, words, onAllEnded }: PlaceProps) {
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
      <LogIns client={client} onAllEnded={onAllEnded} />
    </main>
  )
}
