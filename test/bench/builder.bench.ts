import { draftInvoice } from '../../server/invoicing/draft-invoice.ts'
import type { InvoiceContent } from '../../server/invoicing/invoice.ts'
import { buildPayload } from '../../server/issuers/build-payload.ts'
import { ASK, draftFrom, goodsLine, orderOf } from '../support/draft-orders.ts'
import { percentile } from './bench-stack.ts'

type BuilderResult = {
  lines: number
  draftUs: number
  payloadUs: number
  payloadBytes: number
  faults: number
}

/** Order to content with every pre-flight rule, and content to the bytes that are sent; median µs. */
export function benchBuilder(): BuilderResult[] {
  return [
    { lines: 1, runs: 5_000 },
    { lines: 2_000, runs: 60 },
  ].map(({ lines, runs }) => {
    const time = <Result>(work: (run: number) => Result): { us: number; last: Result | null } => {
      let last: Result | null = null
      const samples = Array.from({ length: runs }, (_, run) => {
        const started = performance.now()
        last = work(run)
        return (performance.now() - started) * 1_000
      })
      return { us: percentile(samples.slice(runs / 10), 0.5), last } // the first tenth warms up
    }
    const orders = Array.from({ length: 5 }, (_, run) => [
      orderOf({
        lines: Array.from({ length: lines }, (_line, index) =>
          goodsLine(BigInt(10_000 + run * 7 + index * 131), { title: `示例文具 ${run}-${index}` }),
        ),
      }),
    ])
    const drafted = time((run) => draftInvoice(draftFrom(orders[run % 5] ?? []), ASK))
    const content: InvoiceContent | undefined = drafted.last?.content
    const payload = time(() =>
      content === undefined ? '' : buildPayload(content, { serial: 'S-BENCH', orderNumbers: ['TM-1'] }),
    )
    return {
      lines: content?.lines.length ?? 0,
      draftUs: drafted.us,
      payloadUs: payload.us,
      payloadBytes: Buffer.byteLength(payload.last ?? ''),
      faults: drafted.last?.faults.length ?? 0,
    }
  })
}
