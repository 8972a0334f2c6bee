import type { PageSignature } from '../../server/contract/hosts.ts'
import type { Call } from './call.ts'
import { isText, orNull, record } from './read.ts'

const isPageSignature = record({
  appId: isText,
  agentId: orNull(isText),
  timestamp: isText,
  nonceStr: isText,
  signature: isText,
})

/** Signs this page for a console that asks who runs it. Without the fragment: it is no part of what is signed. */
export function signPage(call: Call, host: string, href: string): Promise<PageSignature> {
  const body = { host, url: href.replace(/#.*/, '') }
  return call({ method: 'POST', path: '/hosts/page-signature', body, reply: isPageSignature })
}
