import { createServer } from 'node:http'

export type Pages = {
  /** The same server under two names, which a browser takes for two origins. */
  readonly origin: string
  readonly otherOrigin: string
  close(): Promise<void>
}

type ServedPage = { readonly html: string; readonly headers?: Readonly<Record<string, string>> }

/** A web server on a free port of the loopback interface; what is not named answers 404. */
export async function servePages(pages: Readonly<Record<string, ServedPage>>): Promise<Pages> {
  const server = createServer((request, response) => {
    const page = pages[new URL(request.url ?? '/', 'http://localhost').pathname]
    response.writeHead(page === undefined ? 404 : 200, {
      'content-type': 'text/html; charset=utf-8',
      ...page?.headers,
    })
    response.end(page?.html ?? '')
  })
  // Both loopback families: where "localhost" is ::1, a server on 127.0.0.1 alone would not answer.
  await new Promise<void>((resolve) => server.listen(0, resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    otherOrigin: `http://localhost:${address.port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
