import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type CallIssuer, createCallIssuer } from '../../../server/issuers/call-issuer.ts'

const open: { calls: CallIssuer; server: http.Server }[] = []

afterEach(async () => {
  for (const { calls, server } of open.splice(0)) {
    calls.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function callTo(listener: http.RequestListener, timeoutMs = 2_000) {
  const server = http.createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const calls = createCallIssuer({ baseUrl: `http://127.0.0.1:${port}/gate/`, timeoutMs })
  open.push({ calls, server })
  return (signal = new AbortController().signal) =>
    calls.call({ method: 'POST', path: '/issue', body: '{}', signal })
}

test('a whole answer comes back with its status, and the path stands below the base address', async () => {
  const call = await callTo((request, response) =>
    response.writeHead(202).end(`${request.method} ${request.url}`),
  )

  const outcome = await call()

  expect(outcome).toMatchObject({ kind: 'answered', status: 202 })
  expect(outcome.kind === 'answered' && Buffer.from(outcome.body).toString()).toBe('POST /gate/issue')
})

test('an answer larger than 64 KiB is not read to its end', async () => {
  const call = await callTo((_, response) => {
    response.writeHead(200)
    const more = () => response.write('x'.repeat(32_768), () => response.destroyed || more())
    more()
  })

  expect(await call()).toEqual({ kind: 'unanswered', cause: 'answer_too_large' })
})

test('the deadline covers the last byte: an answer that drips for ever ends in time', async () => {
  const call = await callTo((_, response) => {
    response.writeHead(200).write('{')
    const drip = setInterval(() => response.write(' '), 20)
    response.on('close', () => clearInterval(drip))
  }, 200)

  expect(await call()).toEqual({ kind: 'unanswered', cause: 'deadline' })
})

test('an answer that breaks off is unanswered, not half an answer', async () => {
  const call = await callTo((_, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('{"state":')
    setImmediate(() => response.destroy())
  })

  expect(await call()).toEqual({ kind: 'unanswered', cause: 'connection' })
})

test('a caller that gives up is answered at once, and the connection is cut', async () => {
  const giveUp = new AbortController()
  let cut: () => void
  const isCut = new Promise<void>((resolve) => {
    cut = resolve
  })
  const call = await callTo((_, response) => {
    response.on('close', () => cut())
    giveUp.abort()
  })

  expect(await call(giveUp.signal)).toEqual({ kind: 'unanswered', cause: 'aborted' })
  await isCut
})

test('a redirect is an answer, not an order', async () => {
  let asked = 0
  const call = await callTo((_, response) => {
    asked += 1
    response.writeHead(302, { location: '/elsewhere' }).end()
  })

  expect(await call()).toMatchObject({ kind: 'answered', status: 302 })
  expect(asked).toBe(1)
})

test('connections are kept from call to call', async () => {
  const ports = new Set<number | undefined>()
  const call = await callTo((request, response) => {
    ports.add(request.socket.remotePort)
    response.end('{}')
  })

  for (let i = 0; i < 5; i++) await call()

  expect(ports.size).toBe(1)
})
