/**
 * `npm run bench`: the figures of the README, measured on this machine and printed beside the budgets
 * (design §12). `npm run bench -- issue look-up` runs some of them: sizes, builder, documents, issue, reissue, look-up, import.
 */
import process from 'node:process'
import { prepare } from '../../server/prepare.ts'

prepare({ widget: true })

const BENCHES: Record<string, () => Promise<unknown>> = {
  async sizes() {
    const { benchSizes } = await import('./size.bench.ts')
    return benchSizes().map(
      ({ what, bytes, budget }) => `${what}: ${bytes} bytes${budget === null ? '' : ` of ${budget}`}`,
    )
  },
  async builder() {
    const { benchBuilder } = await import('./builder.bench.ts')
    return benchBuilder()
  },
  async documents() {
    const { benchDocuments } = await import('./document.bench.ts')
    return benchDocuments()
  },
  async issue() {
    const { benchIssuing } = await import('./issue.bench.ts')
    return benchIssuing()
  },
  async reissue() {
    const { benchReissuing } = await import('./reissue.bench.ts')
    return benchReissuing()
  },
  async 'look-up'() {
    const { benchLookUp } = await import('./look-up.bench.ts')
    return benchLookUp()
  },
  async import() {
    const { benchImport } = await import('./import.bench.ts')
    return benchImport()
  },
}

const wanted = process.argv.slice(2)
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  console.log(name, JSON.stringify(await bench(), null, 1))
}
process.exit(0)
