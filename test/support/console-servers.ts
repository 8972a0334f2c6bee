import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

type Asked = {
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly json: unknown
}

/** What the servers of 企业微信, 飞书 and Chatwoot answer, with a memory: one process plays all three. */
export async function openConsoleServers() {
  const asked: Asked[] = []
  const notes: { conversation: string; content: string; private: unknown }[] = []
  const state = { isDown: false }
  const codes = new Map([['good-code', 'zhang.san']])

  /** A code works once. */
  const takeCode = (code: unknown): string | null => {
    const person = codes.get(String(code)) ?? null
    codes.delete(String(code))
    return person
  }
  const answers: Readonly<Record<string, (ask: Asked) => unknown>> = {
    '/cgi-bin/gettoken': ({ query }) =>
      query.get('corpsecret') === SECRET
        ? { errcode: 0, access_token: 'corp-token', expires_in: 7200 }
        : { errcode: 40001 },
    '/cgi-bin/auth/getuserinfo': ({ query }) => {
      const person = takeCode(query.get('code'))
      return person === null ? { errcode: 40029 } : { errcode: 0, userid: person }
    },
    '/cgi-bin/ticket/get': () => ({ errcode: 0, ticket: 'corp-ticket', expires_in: 7200 }),
    '/open-apis/auth/v3/tenant_access_token/internal': () => ({
      code: 0,
      tenant_access_token: 'tenant-token',
      expire: 7200,
    }),
    '/open-apis/authen/v2/oauth/token': ({ json }) => {
      const person = takeCode(Object(json).code)
      return person === null ? { code: 20003 } : { code: 0, access_token: `of ${person}` }
    },
    '/open-apis/authen/v1/user_info': ({ headers }) => ({
      code: 0,
      data: { open_id: headers.authorization?.replace('Bearer of ', '') },
    }),
    '/open-apis/jssdk/ticket/get': () => ({ code: 0, data: { ticket: 'tenant-ticket', expire_in: 7200 } }),
    '/api/v1/accounts/3/conversations/17': () => ({ id: 17, account_id: 3 }),
    '/api/v1/accounts/3/agents': () => [
      { id: 5, confirmed: true },
      { id: 6, confirmed: false },
    ],
    '/api/v1/accounts/3/conversations/17/messages': ({ json }) => {
      const { content, private: isPrivate } = Object(json)
      notes.push({ conversation: '17', content, private: isPrivate })
      return { id: 1 }
    },
  }

  /** Status and body. */
  const respond = (ask: Asked): [number, unknown] => {
    const answer = answers[ask.path]
    if (state.isDown) return [502, null]
    if (answer === undefined) return [404, null]
    const isAllowed = !ask.path.startsWith('/api/') || ask.headers.api_access_token === SECRET
    return isAllowed ? [200, answer(ask)] : [401, null]
  }
  const server = createServer(async (request, response) => {
    const ask = await readAsk(request)
    asked.push(ask)
    const [status, body] = respond(ask)
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    host: `127.0.0.1:${port}`,
    url: `http://127.0.0.1:${port}`,
    asked,
    notes,
    state,
    /** A code that the console gives to this person. */
    giveCode: (code: string, person: string) => codes.set(code, person),
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

/** What each of the three shares with us. */
export const SECRET = 'console-secret-0123456789'

async function readAsk(request: IncomingMessage): Promise<Asked> {
  const url = new URL(request.url ?? '/', 'http://console')
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  const text = Buffer.concat(parts).toString('utf8')
  const json: unknown = text === '' ? null : JSON.parse(text)
  return { path: url.pathname, query: url.searchParams, headers: request.headers, json }
}
