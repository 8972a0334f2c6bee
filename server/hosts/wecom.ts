import { addressOf, membersOf } from './ask-host.ts'
import type { HostAccount } from './host-account.ts'
import { lentOf, type VendorDeps } from './passes.ts'
import { type HostProof, isAgentName } from './proof.ts'

type Account = HostAccount<'wecom'>

/** Where 企业微信 asks the agent, without a question on the screen (`snsapi_base`, facts/hosts-and-embed.md §1.7). */
export function wecomAuthorizeUrl({ settings }: Account, ask: { back: string; state: string }): string {
  const query = {
    appid: settings.corpId,
    redirect_uri: ask.back,
    response_type: 'code',
    scope: 'snsapi_base',
    state: ask.state,
    agentid: settings.agentId,
  }
  return `${addressOf(settings.authorizeUrl, '', query)}#wechat_redirect`
}

/** Whose code it is. It works once and for five minutes; somebody from outside the company has no `userid`. */
export async function proveWecom(deps: VendorDeps, account: Account, code: string): Promise<HostProof> {
  const access_token = await accessToken(deps, account)
  const url = addressOf(account.settings.apiUrl, '/cgi-bin/auth/getuserinfo', { access_token, code })
  const { errcode, userid } = membersOf((await deps.askHost({ url })).body)
  if (errcode !== 0) return { refused: `vendor_${String(errcode).slice(0, 12)}` }
  return isAgentName(userid) ? { subject: userid } : { refused: 'not_of_the_company' }
}

/** The ticket that pages of this app are signed with. */
export function wecomTicket(deps: VendorDeps, account: Account): Promise<string> {
  return deps.borrow(account, 'page_ticket', async () => {
    const access_token = await accessToken(deps, account)
    const url = addressOf(account.settings.apiUrl, '/cgi-bin/ticket/get', {
      access_token,
      type: 'agent_config',
    })
    const { ticket, expires_in } = membersOf((await deps.askHost({ url })).body)
    return lentOf(ticket, expires_in)
  })
}

function accessToken(deps: VendorDeps, account: Account): Promise<string> {
  return deps.borrow(account, 'access_token', async () => {
    const { apiUrl, corpId: corpid } = account.settings
    const url = addressOf(apiUrl, '/cgi-bin/gettoken', { corpid, corpsecret: await deps.openSecret(account) })
    const { access_token, expires_in } = membersOf((await deps.askHost({ url })).body)
    return lentOf(access_token, expires_in)
  })
}
