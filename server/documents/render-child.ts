/** The process that renders: one document at a time, for a parent that replaces it (renderer.ts). */
import { createInvoiceFace, type InvoiceFace } from './render-invoice.ts'
import type { RenderAnswer, RenderAsk } from './render-message.ts'

const face = createInvoiceFace()

process.on('message', (ask: RenderAsk) => {
  process.send?.(answer(face, ask))
})

// The parent is gone, closed or killed; nobody else would end this process.
process.on('disconnect', () => process.exit(0))

function answer(by: InvoiceFace, { format, invoice }: RenderAsk): RenderAnswer {
  try {
    return { kind: 'rendered', bytes: by[format](invoice) }
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) }
  }
}
