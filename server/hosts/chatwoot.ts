import { type AskHost, addressOf, membersOf } from './ask-host.ts'
import type { HostAccount } from './host-account.ts'

type Account = HostAccount<'chatwoot'>

export type ChatwootDeps = {
  readonly askHost: AskHost
  openSecret(account: HostAccount): Promise<string>
}

export type Whereabouts = { readonly conversationId: string; readonly agentId: string }

/**
 * Whether the account has this conversation and this agent: asked with the shop's own API token, because the
 * frame is told both by whoever frames it (facts/hosts-and-embed.md §1.1).
 */
export async function isKnownAt(
  deps: ChatwootDeps,
  account: Account,
  { conversationId, agentId }: Whereabouts,
): Promise<boolean> {
  const ask = await questionsTo(deps, account)
  const [conversation, agents] = await Promise.all([
    ask({ path: `/conversations/${conversationId}` }),
    ask({ path: '/agents' }),
  ])
  const isAgent = listOf(agents.body).some((agent) => {
    const { id, confirmed } = membersOf(agent)
    return String(id) === agentId && confirmed !== false
  })
  return conversation.status === 200 && String(membersOf(conversation.body).id) === conversationId && isAgent
}

/** A note that customers never see. False where the console did not take it. */
export async function leavePrivateNote(
  deps: ChatwootDeps,
  account: Account,
  { conversationId, content }: { conversationId: string; content: string },
): Promise<boolean> {
  const ask = await questionsTo(deps, account)
  const { status } = await ask({
    path: `/conversations/${conversationId}/messages`,
    json: { content, private: true, message_type: 'outgoing' },
  })
  return status === 200
}

async function questionsTo({ askHost, openSecret }: ChatwootDeps, account: Account) {
  const { baseUrl, accountId } = account.settings
  const headers = { api_access_token: await openSecret(account) }
  return ({ path, json }: { path: string; json?: unknown }) =>
    askHost({
      url: addressOf(baseUrl, `/api/v1/accounts/${accountId}${path}`),
      headers,
      ...(json === undefined ? {} : { method: 'POST', json }),
    })
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
