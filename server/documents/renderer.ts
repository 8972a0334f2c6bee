import { join } from 'node:path'
import { Problem } from '../contract/problem.ts'
import type { IssuedInvoice } from '../invoicing/invoice.ts'
import type { RenderAsk } from './render-message.ts'
import { createRenderProcess, type RenderProcess } from './render-process.ts'

export type RendererOptions = {
  /** Children at work at the same time. */
  readonly processes: number
  /** A child is replaced after so many: its native memory grows with each. */
  readonly documentsPerProcess: number
  /** For one document, including the start of its child. */
  readonly deadlineMs?: number
  /** Documents that may wait for a child before new ones are refused. */
  readonly queueLimit?: number
  /** The file a child runs; another one only in tests. */
  readonly childFile?: string
}

export type Renderer = {
  renderPdf(invoice: IssuedInvoice): Promise<Uint8Array>
  renderOfd(invoice: IssuedInvoice): Promise<Uint8Array>
  /** Made on demand: it takes ten times as long as the PDF, and issuing waits for the PDF only. */
  renderPng(invoice: IssuedInvoice): Promise<Uint8Array>
  /** Refuses what still waits, ends every child and resolves when they are gone. */
  close(): Promise<void>
}

const DEFAULTS = {
  // A page takes some 20 ms and 2000 lines some seconds; a child that needs longer hangs.
  deadlineMs: 30_000,
  // At 50 documents a second and child, a longer queue outlasts whoever waits.
  queueLimit: 2_000,
  childFile: join(import.meta.dirname, 'render-child.ts'),
}

type Job = { ask: RenderAsk; resolve(bytes: Uint8Array): void; reject(error: unknown): void }

/**
 * Renders documents in child processes, so that neither a crash nor the growing memory of the native
 * compiler reaches the server. Refuses with `service_unavailable` when a child dies or hangs over a
 * document (the next one gets a fresh child), when too many wait, and after `close`. A face that does not
 * compile is a plain Error.
 */
export function createRenderer(options: RendererOptions): Renderer {
  const { processes, queueLimit, ...perProcess } = { ...DEFAULTS, ...options }
  const all = Array.from({ length: processes }, () => createRenderProcess(perProcess))
  const idle = [...all]
  const queue: Job[] = []
  let isClosed = false

  const run = async (by: RenderProcess, { ask, resolve, reject }: Job) => {
    await by.render(ask).then(resolve, reject)
    idle.push(by)
    next()
  }

  const next = () => {
    if (isClosed || queue.length === 0) return
    const by = idle.pop()
    if (by === undefined) return
    const job = queue.shift()
    if (job !== undefined) void run(by, job)
  }

  const render = (ask: RenderAsk) =>
    new Promise<Uint8Array>((resolve, reject) => {
      if (isClosed) return reject(unavailable('renderer_closed'))
      if (queue.length >= queueLimit) return reject(unavailable('renderer_queue_full'))
      queue.push({ ask, resolve, reject })
      next()
    })

  return {
    renderPdf: (invoice) => render({ format: 'pdf', invoice }),
    renderOfd: (invoice) => render({ format: 'ofd', invoice }),
    renderPng: (invoice) => render({ format: 'png', invoice }),
    close: async () => {
      isClosed = true
      for (const job of queue.splice(0)) job.reject(unavailable('renderer_closed'))
      await Promise.all(all.map((process) => process.end()))
    },
  }
}

function unavailable(reason: string): Problem {
  return new Problem('service_unavailable', { facts: { reason } })
}
