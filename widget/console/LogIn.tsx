import { useState } from 'preact/hooks'
import type { StaffSession } from '../../server/contract/staff.ts'
import type { Client } from '../api/client.ts'
import { finishLogIn, startLogIn } from '../api/log-in.ts'
import { ApiProblem } from '../api/problems.ts'
import { useConsoleTexts } from '../i18n/console.ts'
import { Notice } from '../ui/Notice.tsx'
import { CodeForm } from './CodeForm.tsx'
import { PasswordForm } from './PasswordForm.tsx'

type Props = { client: Client; hasEnded: boolean; onIn(session: StaffSession): void }

type Step =
  | { readonly kind: 'password'; readonly isLate: boolean }
  | { readonly kind: 'code'; readonly login: string; readonly logInToken: string }

/** Name and password, then the code. */
export function LogIn({ client, hasEnded, onIn }: Props) {
  const words = useConsoleTexts()
  const [step, setStep] = useState<Step>({ kind: 'password', isLate: false })

  const start = async (ask: { login: string; password: string }) => {
    const { logInToken } = await startLogIn(client.bareCall, ask)
    setStep({ kind: 'code', login: ask.login.trim(), logInToken })
  }
  const finish = async (logInToken: string, code: string) => {
    try {
      onIn(await finishLogIn(client.bareCall, { logInToken, code }))
    } catch (cause) {
      if (!(cause instanceof ApiProblem && cause.code === 'login_expired')) throw cause
      setStep({ kind: 'password', isLate: true })
    }
  }
  return (
    <main class="log-in">
      {step.kind === 'password' ? (
        <PasswordForm onAsk={start}>
          {step.isLate && <Notice kind="warn">{words.tookTooLong}</Notice>}
          {hasEnded && !step.isLate && <Notice kind="warn">{words.ended}</Notice>}
        </PasswordForm>
      ) : (
        <CodeForm
          login={step.login}
          onCode={(code) => finish(step.logInToken, code)}
          onBack={() => setStep({ kind: 'password', isLate: false })}
        />
      )}
    </main>
  )
}
