import { useState } from 'preact/hooks'
import type { StaffView } from '../../server/contract/staff.ts'
import type { Client } from '../api/client.ts'
import { listStaff } from '../api/list-staff.ts'
import { unlockStaff } from '../api/unlock-staff.ts'
import { useConsoleTexts } from '../i18n/console.ts'
import { formatTime } from '../i18n/format.ts'
import { describeFailure, useWords } from '../i18n/locale.tsx'
import { Button } from '../ui/Button.tsx'
import { Card } from '../ui/Card.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Loaded } from './Loaded.tsx'
import { useRead } from './use-read.ts'

/** A shop admin's colleagues: who is locked out, and the way back in. */
export function Accounts({ client }: { client: Client }) {
  const { texts } = useWords()
  const words = useConsoleTexts()
  const read = useRead(() => listStaff(client.call), 'staff')
  const [done, setDone] = useState<string | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const [busyId, setBusyId] = useState<string | null>(null)

  const unlock = async ({ id, login }: StaffView) => {
    setBusyId(id)
    setFailure(null)
    try {
      await unlockStaff(client.call, id)
      setDone(words.unlocked(login))
      read.again()
    } catch (cause) {
      setFailure(cause)
    }
    setBusyId(null)
  }
  return (
    <Card heading={words.accounts}>
      {done !== null && <Notice kind="ok">{done}</Notice>}
      {failure !== null && <Notice kind="error">{describeFailure(texts, failure)}</Notice>}
      <Loaded read={read}>
        {(accounts) => (
          <ul class="accounts">
            {accounts.map((account) => (
              <Account
                key={account.id}
                account={account}
                isBusy={busyId === account.id}
                onUnlock={() => void unlock(account)}
              />
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  )
}

function Account({ account, isBusy, onUnlock }: { account: StaffView; isBusy: boolean; onUnlock(): void }) {
  const { locale } = useWords()
  const words = useConsoleTexts()
  const { login, role, lockedUntil, disabledAt, lastLoginAt } = account
  return (
    <li class="account">
      <span>
        <b>{login}</b> <span class="muted">{words.roles[role]}</span>
        <br />
        <span class="muted">
          {lastLoginAt === null ? words.never : words.lastLogin(formatTime(lastLoginAt, locale))}
        </span>
      </span>
      <span class="account-state">
        {disabledAt !== null && <span class="badge badge-plain">{words.disabled}</span>}
        {lockedUntil !== null && (
          <>
            <span class="badge">{words.locked(formatTime(lockedUntil, locale))}</span>
            <Button isBusy={isBusy} onClick={onUnlock}>
              {words.unlock}
            </Button>
          </>
        )}
      </span>
    </li>
  )
}
