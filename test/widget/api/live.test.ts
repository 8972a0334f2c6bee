import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { follow } from '../../../widget/api/follow.ts'
import { createLive } from '../../../widget/api/live.ts'

/** A socket that remembers what was sent and can be answered. */
class FakeSocket extends EventTarget {
  readonly sent: unknown[] = []
  send(text: string) {
    this.sent.push(JSON.parse(text))
  }
  close() {
    this.dispatchEvent(new Event('close'))
  }
  open() {
    this.dispatchEvent(new Event('open'))
  }
  say(message: object) {
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(message) }))
  }
}

const TOPIC = 'request:r1'

function openPage() {
  const sockets: FakeSocket[] = []
  const live = createLive({
    open() {
      const socket = new FakeSocket()
      sockets.push(socket)
      return socket as unknown as WebSocket // only what live.ts uses
    },
    bearer: () => 'token',
    random: () => 0.5,
  })
  let wake = () => {}
  const state = { isVisible: true, value: 1, reads: 0, heard: [] as number[], failures: 0, isBroken: false }
  const stop = follow<number>(
    {
      live,
      wakes: {
        isVisible: () => state.isVisible,
        onWake(listener) {
          wake = listener
          return () => {
            wake = () => {}
          }
        },
      },
    },
    {
      topic: TOPIC,
      async read() {
        state.reads += 1
        if (state.isBroken) throw new TypeError('a bug, not the network')
        return state.value
      },
      onValue: (value) => state.heard.push(value),
      onFailure: () => {
        state.failures += 1
      },
      isSettled: (value) => value === 9,
    },
  )
  const last = () => sockets[sockets.length - 1] ?? new FakeSocket()
  const subscribe = () => {
    last().open()
    last().say({ kind: 'ready' })
    last().say({ kind: 'subscribed', topic: TOPIC })
  }
  return { state, sockets, last, subscribe, stop, wake: () => wake() }
}

const settle = () => vi.advanceTimersByTimeAsync(0)

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('following a request', () => {
  test('says the token first, then what it wants to hear', async () => {
    const page = openPage()
    page.last().open()
    page.last().say({ kind: 'ready' })

    expect(page.last().sent).toEqual([
      { kind: 'hello', token: 'token' },
      { kind: 'subscribe', topic: TOPIC },
    ])
  })

  test('reads again on an event, and after the subscription, in case something was missed', async () => {
    const page = openPage()
    await settle()
    page.state.value = 2
    page.subscribe()
    await settle()
    page.state.value = 3
    page.last().say({ kind: 'changed', topic: TOPIC, version: 3 })
    await settle()

    expect(page.state.heard).toEqual([1, 2, 3])
  })

  test('polls after two seconds, then less often, while no socket opens', async () => {
    const page = openPage()
    await settle()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(page.state.reads).toBe(2)

    await vi.advanceTimersByTimeAsync(2_900)
    expect(page.state.reads).toBe(2)
    await vi.advanceTimersByTimeAsync(100)
    expect(page.state.reads).toBe(3)

    await vi.advanceTimersByTimeAsync(60_000)
    expect(page.state.reads).toBeLessThan(13)
    expect(page.state.reads).toBeGreaterThan(7)
  })

  test('asks nothing while nobody looks, and at once when somebody does again', async () => {
    const page = openPage()
    await settle()
    page.state.isVisible = false
    await vi.advanceTimersByTimeAsync(30_000)
    expect(page.state.reads).toBe(1)

    page.state.isVisible = true
    page.wake()
    await settle()
    expect(page.state.reads).toBe(2)
  })

  test('comes back after a lost socket, subscribes again and reads', async () => {
    const page = openPage()
    page.subscribe()
    await settle()
    page.state.value = 4
    page.last().close()
    await vi.advanceTimersByTimeAsync(400)
    expect(page.sockets).toHaveLength(2)

    page.subscribe()
    await settle()
    expect(page.state.heard[page.state.heard.length - 1]).toBe(4)
  })

  test('stops polling at the end of the story, but still hears events', async () => {
    const page = openPage()
    page.state.value = 9
    page.subscribe()
    await settle()
    const { reads } = page.state
    await vi.advanceTimersByTimeAsync(60_000)
    expect(page.state.reads).toBe(reads)

    page.last().say({ kind: 'changed', topic: TOPIC, version: 9 })
    await settle()
    expect(page.state.reads).toBe(reads + 1)
  })

  test('does not ask again and again for what only fails', async () => {
    const page = openPage()
    page.state.isBroken = true
    await vi.advanceTimersByTimeAsync(60_000)

    expect(page.state.failures).toBe(1)
  })

  test('ends with its page: no reading, no socket', async () => {
    const page = openPage()
    await settle()
    page.stop()
    await vi.advanceTimersByTimeAsync(60_000)

    expect(page.state.reads).toBe(1)
    expect(page.sockets).toHaveLength(1)
  })
})
