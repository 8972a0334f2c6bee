import { request as callOn, createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A reverse proxy as one is usually set up: it adds its caller's address to what the caller claims, and passes the rest on. */
export async function openForwardingProxy(targetPort: number) {
  const server = createServer((incoming, reply) => {
    const claimed = incoming.headers['x-forwarded-for']
    const caller = incoming.socket.remoteAddress ?? ''
    const headers = {
      ...incoming.headers,
      'x-forwarded-for': claimed === undefined ? caller : `${String(claimed)}, ${caller}`,
    }
    const { method, url } = incoming
    const outgoing = callOn({ host: '127.0.0.1', port: targetPort, method, path: url, headers }, (answer) => {
      reply.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(reply)
    })
    outgoing.on('error', () => reply.writeHead(502).end())
    incoming.pipe(outgoing)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export type Answered = { status: number; headers: IncomingHttpHeaders; body: string }

type Call = {
  port: number
  path: string
  /** One of 127.0.0.0/8: every one of them is this machine, and another client. */
  from?: string
  method?: string
  headers?: Record<string, string | string[]>
  body?: string
}

/** One request over a connection of its own. */
export function callFrom({ port, path, from = '127.0.0.1', method = 'GET', headers = {}, body }: Call) {
  return new Promise<Answered>((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method, headers, localAddress: from, agent: false }
    const call = callOn(options, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (part: string) => {
        text += part
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }))
    })
    call.on('error', reject)
    call.end(body)
  })
}
