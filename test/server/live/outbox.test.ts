import { expect, test } from 'vitest'
import type { LiveTopic } from '../../../server/contract/live.ts'
import { BUFFERED_MAX_BYTES, createOutbox } from '../../../server/live/outbox.ts'

const [one, two]: [LiveTopic, LiveTopic] = ['order:1', 'order:2']

/** A socket whose reader reads when the test says so. */
function openWire() {
  const sent: unknown[] = []
  const written: (() => void)[] = []
  const wire = {
    bufferedAmount: 0,
    isCut: false,
    send(text: string, onWritten: () => void) {
      sent.push(JSON.parse(text))
      written.push(onWritten)
    },
    terminate() {
      wire.isCut = true
    },
  }
  return { wire, sent, readOne: () => written.shift()?.() }
}

test('a reader who lags gets the newest version of each topic, not every one', () => {
  const { wire, sent, readOne } = openWire()
  const outbox = createOutbox(wire, () => true)
  for (let version = 1; version <= 1_000; version++) outbox.offer({ topic: one, version })
  outbox.offer({ topic: two, version: 5 })

  for (let reads = 0; reads < 10; reads++) readOne()

  expect(sent).toEqual([
    { kind: 'changed', topic: one, version: 1 },
    { kind: 'changed', topic: one, version: 1_000 },
    { kind: 'changed', topic: two, version: 5 },
  ])
})

test('a late event does not turn a version back, and "unknown" is not lost', () => {
  const { wire, sent, readOne } = openWire()
  const outbox = createOutbox(wire, () => true)
  for (const version of [1, 9, 4]) outbox.offer({ topic: one, version })
  for (const version of [3, 0, 7]) outbox.offer({ topic: two, version })

  for (let reads = 0; reads < 10; reads++) readOne()

  expect(sent.slice(1)).toEqual([
    { kind: 'changed', topic: one, version: 9 },
    { kind: 'changed', topic: two, version: 0 },
  ])
})

test('rights are asked for when an event leaves, not when it came up', () => {
  const { wire, sent, readOne } = openWire()
  let isAllowed = true
  const outbox = createOutbox(wire, () => isAllowed)
  outbox.offer({ topic: one, version: 1 })
  outbox.offer({ topic: one, version: 2 })
  isAllowed = false

  readOne()
  isAllowed = true
  outbox.offer({ topic: two, version: 3 })

  expect(sent).toEqual([
    { kind: 'changed', topic: one, version: 1 },
    { kind: 'changed', topic: two, version: 3 },
  ])
})

test('a reader with more than 1 MiB waiting is cut off', () => {
  const { wire, sent } = openWire()
  const outbox = createOutbox(wire, () => true)
  wire.bufferedAmount = BUFFERED_MAX_BYTES + 1

  outbox.offer({ topic: one, version: 1 })

  expect(wire.isCut).toBe(true)
  expect(sent).toEqual([])
})
