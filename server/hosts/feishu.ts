import { addressOf, membersOf } from './ask-host.ts'
import type { HostAccount } from './host-account.ts'
import { lentOf, type VendorDeps } from './passes.ts'
import { type HostProof, isAgentName } from './proof.ts'

type Account = HostAccount<'feishu'>

/** Where 飞书 asks the agent. */
export function feishuAuthorizeUrl({ settings }: Account, ask: { back: string; state: string }): string {
  const query = {
    client_id: settings.appId,
    redirect_uri: ask.back,
    response_type: 'code',
    state: ask.state,
  }
  return addressOf(settings.authorizeUrl, '', query)
}

/** Whose code it is: a token for the person first, and then who that is. */
export async function proveFeishu(
  deps: VendorDeps,
  account: Account,
  { code, back }: { code: string; back: string },
): Promise<HostProof> {
  const { appId, apiUrl } = account.settings
  const token = await deps.askHost({
    url: addressOf(apiUrl, '/open-apis/authen/v2/oauth/token'),
    method: 'POST',
    json: {
      grant_type: 'authorization_code',
      client_id: appId,
      client_secret: await deps.openSecret(account),
      code,
      redirect_uri: back,
    },
  })
  const { access_token } = membersOf(token.body)
  if (token.status !== 200 || typeof access_token !== 'string') return { refused: 'code_refused' }
  const person = await deps.askHost({
    url: addressOf(apiUrl, '/open-apis/authen/v1/user_info'),
    headers: bearer(access_token),
  })
  const { code: said, data } = membersOf(person.body)
  const { open_id } = membersOf(data)
  return said === 0 && isAgentName(open_id) ? { subject: open_id } : { refused: 'person_unknown' }
}

/** The ticket that pages of this app are signed with. */
export function feishuTicket(deps: VendorDeps, account: Account): Promise<string> {
  return deps.borrow(account, 'page_ticket', async () => {
    const { body } = await deps.askHost({
      url: addressOf(account.settings.apiUrl, '/open-apis/jssdk/ticket/get'),
      method: 'POST',
      headers: bearer(await tenantToken(deps, account)),
      json: {},
    })
    const { ticket, expire_in } = membersOf(membersOf(body).data)
    return lentOf(ticket, expire_in)
  })
}

function tenantToken(deps: VendorDeps, account: Account): Promise<string> {
  return deps.borrow(account, 'access_token', async () => {
    const { appId, apiUrl } = account.settings
    const { body } = await deps.askHost({
      url: addressOf(apiUrl, '/open-apis/auth/v3/tenant_access_token/internal'),
      method: 'POST',
      json: { app_id: appId, app_secret: await deps.openSecret(account) },
    })
    const { tenant_access_token, expire } = membersOf(body)
    return lentOf(tenant_access_token, expire)
  })
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
