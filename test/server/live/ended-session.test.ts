import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GrantStage, launch, openGrantStage, openLiveSocket } from '../../support/grants.ts'

let stage: GrantStage
beforeAll(async () => {
  stage = await openGrantStage({ sweepMs: 30, pingMs: 500 })
})
afterAll(() => stage.close())

/** A greeted agent; `code` is how the server closed, 0 while it is open. */
async function greet() {
  const seen = { code: 0, isReady: false }
  const { token } = await launch(stage, await stage.a.signLaunch())
  const socket = await openLiveSocket(stage, {}, (ws) => {
    ws.on('message', () => {
      seen.isReady = true
    })
    ws.on('close', (code) => {
      seen.code = code
    })
  })
  socket.send(JSON.stringify({ kind: 'hello', token }))
  await expect.poll(() => seen.isReady).toBe(true)
  return { seen, socket }
}

test('the end of the token closes the socket', async () => {
  const { seen } = await greet()
  stage.clock.now = new Date(stage.clock.now.getTime() + 901_000)
  await expect.poll(() => seen.code).toBe(4401)
})

test('a socket that does not answer two pings is cut', async () => {
  const { seen, socket } = await greet()
  socket.pause()
  await expect.poll(() => stage.app.websocketServer.clients.size).toBe(0)
  socket.terminate()
  expect(seen.code).not.toBe(4401)
})

test('the revocation of the signing key closes the socket', async () => {
  const { seen } = await greet()
  const { database, clock } = stage
  await database.signingKey.updateMany({ data: { status: 'revoked' } })
  clock.now = new Date(clock.now.getTime() + 5_000)
  await expect.poll(() => seen.code).toBe(4401)
})
