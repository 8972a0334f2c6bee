import { afterEach, describe, expect, test } from 'vitest'
import { writeOfd } from '../../../server/documents/ofd/write-ofd.ts'
import { createInvoiceFace } from '../../../server/documents/render-invoice.ts'
import { createRenderer, type Renderer, type RendererOptions } from '../../../server/documents/renderer.ts'
import { sampleInvoice } from './sample-invoice.ts'

const childFile = new URL('../../fixtures/documents/misbehaving-render-child.ts', import.meta.url).pathname

const open: Renderer[] = []

function start(change: Partial<RendererOptions> = {}): Renderer {
  const renderer = createRenderer({ processes: 1, documentsPerProcess: 100, childFile, ...change })
  open.push(renderer)
  return renderer
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((renderer) => renderer.close()))
})

/** The stand-in child prints its process id and how many documents it has seen. */
async function printed(renderer: Renderer, remark: string): Promise<{ pid: number; seen: number }> {
  const [pid, seen] = new TextDecoder().decode(await renderer.renderPdf(sampleInvoice({ remark }))).split(':')
  return { pid: Number(pid), seen: Number(seen) }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('with the real child', () => {
  test('PDF and OFD come back with the bytes that rendering here gives, and a preview on demand', async () => {
    const renderer = createRenderer({ processes: 1, documentsPerProcess: 100 })
    open.push(renderer)
    const invoice = sampleInvoice()

    const [pdf, ofd, png] = await Promise.all([
      renderer.renderPdf(invoice),
      renderer.renderOfd(invoice),
      renderer.renderPng(invoice),
    ])

    expect(Buffer.compare(pdf, createInvoiceFace().pdf(invoice))).toBe(0)
    expect(Buffer.compare(ofd, writeOfd(invoice))).toBe(0)
    expect(Buffer.from(png).toString('latin1', 1, 4)).toBe('PNG')
  })
})

describe('a child', () => {
  test('is replaced after its share of documents', async () => {
    const renderer = start({ documentsPerProcess: 2 })

    const prints = [await printed(renderer, '1'), await printed(renderer, '2'), await printed(renderer, '3')]

    expect(prints.map(({ seen }) => seen)).toEqual([1, 2, 1])
    expect(prints[2]?.pid).not.toBe(prints[0]?.pid)
    await expect.poll(() => isAlive(prints[0]?.pid ?? 0)).toBe(false)
  })

  test('that crashes fails its document only; the waiting one gets a fresh child', async () => {
    const renderer = start()

    const [crashed, after] = await Promise.allSettled([printed(renderer, 'crash'), printed(renderer, 'x')])

    expect(crashed).toMatchObject({ status: 'rejected', reason: { code: 'service_unavailable' } })
    expect(after).toMatchObject({ status: 'fulfilled', value: { seen: 1 } })
  })

  test('that hangs is killed at the deadline, and the next document gets a fresh one', async () => {
    const renderer = start({ deadlineMs: 1_500 })
    const { pid } = await printed(renderer, 'x')

    await expect(printed(renderer, 'hang')).rejects.toMatchObject({
      facts: { reason: 'render_deadline_passed' },
    })

    expect((await printed(renderer, 'x')).pid).not.toBe(pid)
    await expect.poll(() => isAlive(pid)).toBe(false)
  })

  test('that refuses a document keeps working', async () => {
    const renderer = start()
    const { pid } = await printed(renderer, 'x')

    await expect(printed(renderer, 'fail')).rejects.toThrow('the face does not compile')

    expect(await printed(renderer, 'x')).toEqual({ pid, seen: 3 })
  })

  test('that cannot start fails its document', async () => {
    await expect(printed(start({ childFile: '/nowhere/child.ts' }), 'x')).rejects.toMatchObject({
      code: 'service_unavailable',
    })
  })
})

test('two children share the work', async () => {
  const renderer = start({ processes: 2 })

  const prints = await Promise.all(['1', '2', '3', '4'].map((remark) => printed(renderer, remark)))

  expect(new Set(prints.map(({ pid }) => pid)).size).toBe(2)
})

test('what waits beyond the limit is refused at once', async () => {
  const renderer = start({ queueLimit: 1 })

  const all = await Promise.allSettled(['1', '2', '3'].map((remark) => printed(renderer, remark)))

  expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
  expect(all[2]).toMatchObject({ reason: { facts: { reason: 'renderer_queue_full' } } })
})

test('close refuses what waits and what is running, and leaves no process', async () => {
  const renderer = start()
  const { pid } = await printed(renderer, 'x')
  const running = printed(renderer, 'hang')
  const waiting = printed(renderer, 'x')
  const outcomes = Promise.allSettled([running, waiting])

  await renderer.close()

  expect(isAlive(pid)).toBe(false)
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await expect(printed(renderer, 'x')).rejects.toMatchObject({ code: 'service_unavailable' })
})
