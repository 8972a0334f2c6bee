import { randomInt } from 'node:crypto'
import { Problem } from '../contract/problem.ts'
import type { Database, InTransaction, Tx } from '../database/database.ts'
import type { TryRule } from '../orders/proof-guard.store.ts'
import type { Vault } from '../privacy/vault.ts'
import { type ChatwootDeps, isKnownAt, leavePrivateNote, type Whereabouts } from './chatwoot.ts'
import type { HostAccount } from './host-account.ts'
import type { HostProof } from './proof.ts'

type Account = HostAccount<'chatwoot'>

export type AgentCodeDeps = ChatwootDeps & {
  readonly database: Database
  readonly inTransaction: InTransaction
  readonly vault: Vault
  now(): Date
  takeTry(database: Database, now: Date, key: Uint8Array<ArrayBuffer>, rule: TryRule): Promise<Date | null>
}

const CODE_MS = 10 * 60_000
const TRIES = 5
/** Anybody may ask, so an account's conversations must not fill with notes. */
const NOTES: TryRule = { tries: 5, coolDownMs: 15 * 60_000, forgetAfterMs: 15 * 60_000 }
const NOTES_OF_ACCOUNT: TryRule = { tries: 60, coolDownMs: 15 * 60_000, forgetAfterMs: 15 * 60_000 }

/**
 * Puts a six-digit code into a private note of the conversation: who can read it there and type it here is an
 * agent of the account. Unknown conversations and agents get the same silence and no note. Refuses with
 * `rate_limited`, and with `host_unavailable` where the console does not answer.
 */
export async function sendAgentCode(deps: AgentCodeDeps, account: Account, at: Whereabouts): Promise<void> {
  await takeNote(deps, account, at.conversationId)
  if (!(await isKnownAt(deps, account, at))) return
  const code = String(randomInt(1_000_000)).padStart(6, '0')
  const isLeft = await leavePrivateNote(deps, account, {
    conversationId: at.conversationId,
    content: `开票面板验证码 ${code}，10 分钟内有效。若非本人操作请忽略。\nInvoice panel code ${code}, good for 10 minutes. Ignore it if you did not ask for it.`,
  })
  if (!isLeft) throw new Problem('host_unavailable', { facts: { reason: 'note_refused' } })
  const kept = {
    codeIndex: indexOf(deps, account, code),
    expiresAt: new Date(deps.now().getTime() + CODE_MS),
    triesLeft: TRIES,
  }
  const key = keyOf(account, at)
  await deps.database.hostCode.upsert({
    where: { accountId_conversation_agent: key },
    create: { ...key, ...kept },
    update: kept,
  })
}

/** The code typed again: it works once, and five wrong ones end it. */
export async function proveByCode(
  deps: AgentCodeDeps,
  account: Account,
  { code, ...at }: Whereabouts & { readonly code: string },
): Promise<HostProof> {
  // Committed whatever comes of it: a wrong one must not be given back.
  const isRight = await deps.inTransaction((tx) => takeCode(deps, tx, { account, at, code }))
  return isRight ? { subject: at.agentId } : { refused: 'code_wrong' }
}

type Typed = { readonly account: Account; readonly at: Whereabouts; readonly code: string }

async function takeCode(deps: AgentCodeDeps, tx: Tx, { account, at, code }: Typed): Promise<boolean> {
  const { accountId, conversation, agent } = keyOf(account, at)
  const [row] = await tx.$queryRaw<{ code_index: Uint8Array }[]>`
    UPDATE host_code SET tries_left = tries_left - 1
    WHERE account_id = ${accountId}::uuid AND conversation = ${conversation} AND agent = ${agent}
      AND tries_left > 0 AND expires_at > ${deps.now()}
    RETURNING code_index`
  if (row === undefined || Buffer.compare(row.code_index, indexOf(deps, account, code)) !== 0) return false
  await tx.hostCode.delete({ where: { accountId_conversation_agent: keyOf(account, at) } })
  return true
}

async function takeNote(deps: AgentCodeDeps, account: Account, conversationId: string): Promise<void> {
  const { merchantId, id } = account
  const keyed = (text: string) => deps.vault.index(merchantId, 'host code', text)
  const until =
    (await deps.takeTry(deps.database, deps.now(), keyed(id), NOTES_OF_ACCOUNT)) ??
    (await deps.takeTry(deps.database, deps.now(), keyed(`${id}\n${conversationId}`), NOTES))
  if (until === null) return
  const seconds = Math.ceil((until.getTime() - deps.now().getTime()) / 1000)
  throw new Problem('rate_limited', { retryAfter: Math.max(1, seconds) })
}

/** Six digits are guessed at once by whoever has their plain hash: they are kept keyed. */
function indexOf({ vault }: AgentCodeDeps, { merchantId, id }: Account, code: string) {
  return vault.index(merchantId, 'agent code', `${id}\n${code}`)
}

function keyOf({ id }: Account, { conversationId, agentId }: Whereabouts) {
  return { accountId: id, conversation: conversationId, agent: agentId }
}
