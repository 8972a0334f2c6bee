import { createContexts, keepAsking } from './contexts.ts'
import { makeContext, memberAt, membersOf, orderAmong, orderWithin, readHint, readJson } from './hints.ts'
import type { AgentClaim, HostAdapter, HostEnv } from './host.ts'
import { createParentLink } from './parent-link.ts'

/** Not JSON: the console compares the text itself. */
const FETCH_INFO = 'chatwoot-dashboard-app:fetch-info'

/**
 * A Chatwoot dashboard app (facts/hosts-and-embed.md §1.1): JSON texts, the context at `load` and whenever it
 * changes. The frame cannot reach the reply box, so text is copied. Nothing is signed: the numbers of account and
 * conversation are where the server looks, no proof.
 */
export function createHost(env: HostEnv): HostAdapter | null {
  const contexts = createContexts()
  let claim: AgentClaim | null = null
  const link = createParentLink(env, (data) => {
    const { event, data: told } = readJson(data)
    if (event !== 'appContext') return false
    const context = readContext(told)
    if (context !== null) claim = readClaim(told)
    contexts.take(context)
    return context !== null
  })
  if (link === null) return null
  const stopAsking = keepAsking(
    () => contexts.latest() !== null,
    () => link.ask(FETCH_INFO),
  )
  return {
    id: 'chatwoot',
    origin: link.origin,
    ready: contexts.ready,
    onContext: contexts.onContext,
    claim: () => claim,
    close() {
      stopAsking()
      contexts.close()
      link.close()
    },
  }
}

/** Consoles of 2022 do not name the agent. */
function readClaim(told: unknown): AgentClaim | null {
  const accountId = readHint(memberAt(told, 'conversation', 'account_id'))
  const conversationId = readHint(memberAt(told, 'conversation', 'id'))
  const agentId = readHint(memberAt(told, 'currentAgent', 'id'))
  if (accountId === null || conversationId === null || agentId === null) return null
  return { accountId, conversationId, agentId }
}

function readContext(told: unknown) {
  const { conversation, contact, theme } = membersOf(told)
  const { id, account_id: account, messages, custom_attributes: attributes } = membersOf(conversation)
  if (readHint(id) === null || readHint(account) === null) return null
  const last: unknown = Array.isArray(messages) ? messages[messages.length - 1] : null
  return makeContext('chatwoot', {
    conversationId: `${account}/${id}`,
    buyerId: memberAt(contact, 'id'),
    buyerNick: memberAt(contact, 'name') ?? memberAt(conversation, 'meta', 'sender', 'name'),
    orderNo:
      orderAmong(attributes) ??
      orderAmong(memberAt(contact, 'custom_attributes')) ??
      orderWithin(memberAt(last, 'content')),
    theme,
  })
}
