import { type Static, Type } from 'typebox'
import { nullable, oneOf, shape } from './shape.ts'

/** The consoles whose word the server checks. A console of a shop's own making brings a launch token. */
export const HOST_IDS = ['zendesk', 'intercom', 'front', 'crisp', 'chatwoot', 'wecom', 'feishu'] as const
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
