import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const WIDGET = join(import.meta.dirname, '../../dist/widget')

/** The pages inside other pages have one budget for everything; the phone's is split (design §12). */
export type SizeResult = { what: string; bytes: number; budget: number | null }

/** Bytes on the wire, gzip -9, of what each surface loads before it can be used. */
export function benchSizes(): SizeResult[] {
  const loader = gzipped(readFileSync(join(WIDGET, 'embed.js')))
  const surfaces = ['h5', 'sidebar', 'embed'].flatMap((surface) => {
    const html = readFileSync(join(WIDGET, `${surface}.html`), 'utf8')
    const files = [...html.matchAll(/(?:src|href)="\/assets\/([^"]+)"/g)].map(([, name = '']) => name)
    const sum = (ending: string) =>
      files
        .filter((name) => name.endsWith(ending))
        .reduce((a, name) => a + gzipped(readFileSync(join(WIDGET, 'assets', name))), 0)
    const [js, css] = [sum('.js'), sum('.css')]
    return [
      { what: `${surface} JavaScript`, bytes: js, budget: surface === 'h5' ? 30_720 : null },
      { what: `${surface} CSS`, bytes: css, budget: surface === 'h5' ? 5_120 : null },
      { what: `${surface} first load`, bytes: js + css + gzipped(Buffer.from(html)), budget: 46_080 },
    ]
  })
  if (readdirSync(WIDGET).length === 0) throw new Error('nothing was built')
  return [{ what: 'loader', bytes: loader, budget: 3_072 }, ...surfaces]
}

function gzipped(bytes: Buffer): number {
  return gzipSync(bytes, { level: 9 }).byteLength
}
