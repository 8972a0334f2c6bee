import { type Static, Type } from 'typebox'
import { nullable, oneOf, shape } from './shape.ts'

/** The consoles whose word the server checks. A console of a shop's own making brings a launch token. */
export const HOST_IDS = ['zendesk', 'front', 'crisp', 'chatwoot', 'wecom', 'feishu'] as const
export const HostId = oneOf(HOST_IDS)
export type HostId = Static<typeof HostId>

/** A page that a console shows, to be signed for it: the address without its fragment. */
export const PageSignatureAsk = shape({
  host: oneOf(['wecom', 'feishu']),
  url: Type.String({ minLength: 1, maxLength: 2048 }),
})

export const PageSignature = Type.Object({
  /** The company's (WeCom) or the app's (飞书). */
  appId: Type.String(),
  agentId: nullable(Type.String()),
  /** Seconds for WeCom, milliseconds for 飞书. */
  timestamp: Type.String(),
  nonceStr: Type.String(),
  signature: Type.String(),
})
export type PageSignature = Static<typeof PageSignature>

/** The panel's token from a console's door (`#e=` in its address), used once. `hostOrigin` as in a launch. */
export const EntryExchange = shape({
  entryToken: Type.String({ minLength: 1, maxLength: 4096 }),
  hostOrigin: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
})

const Digits = Type.String({ pattern: '^[0-9]{1,20}$' })

/** Who says they are which agent, in which conversation of a Chatwoot account. Nothing of it is believed. */
const chatwootAgent = {
  /** Code of the shop. */
  shop: Type.String({ minLength: 1, maxLength: 32 }),
  accountId: Digits,
  conversationId: Digits,
  agentId: Digits,
}

/** Puts a code into a private note of the conversation, where agents alone can read it. */
export const AgentCodeAsk = shape(chatwootAgent)
export type AgentCodeAsk = Static<typeof AgentCodeAsk>

/** The code out of that note. */
export const AgentCodeExchange = shape({ ...chatwootAgent, code: Type.String({ pattern: '^[0-9]{6}$' }) })
export type AgentCodeExchange = Static<typeof AgentCodeExchange>
