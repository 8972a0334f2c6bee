/**
 * What a fresh clone lacks: the database client made from the schema, and the built widget. Both are
 * made again only when their sources changed, so a second start does not wait. It runs before
 * everything else, because nothing that imports the database client loads without it.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import process from 'node:process'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const ROOT = join(import.meta.dirname, '..')
const CLIENT = join(ROOT, 'server/database/generated')
const WIDGET = join(ROOT, 'dist/widget')

/** Makes what is missing or stale. `widget: false` for those who need no pages. */
export function prepare({ widget }: { widget: boolean }): void {
  makeOnce(CLIENT, ['prisma/schema.prisma', 'prisma.config.ts', 'package.json'], () => {
    run('prisma', ['generate'])
  })
  if (!widget) return
  makeOnce(WIDGET, ['widget', 'vite.config.ts', 'package.json', 'server/contract'], () => {
    buildWidget()
  })
}

/** Built beside its place and moved there: whoever starts meanwhile finds the old one or the new one. */
function buildWidget(): void {
  const half = `${WIDGET}.${process.pid}`
  run('vite', ['build', '--app', '--outDir', half])
  compress(join(half, 'assets'))
  rmSync(WIDGET, { recursive: true, force: true })
  renameSync(half, WIDGET)
}

function makeOnce(target: string, sources: readonly string[], make: () => void): void {
  const stamp = join(target, '.made-from')
  const wanted = hashOf(sources)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  make()
  writeFileSync(stamp, wanted)
}

function hashOf(sources: readonly string[]): string {
  const hash = createHash('sha256')
  for (const source of sources) {
    for (const file of filesOf(join(ROOT, source))) {
      hash.update(relative(ROOT, file)).update('\0').update(readFileSync(file)).update('\0')
    }
  }
  return hash.digest('hex')
}

function filesOf(path: string): string[] {
  if (!existsSync(path)) return []
  try {
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
  } catch {
    return [path] // a file
  }
}

/** The tools' own output is shown only when they fail. */
function run(tool: string, args: readonly string[]): void {
  const bin = join(ROOT, 'node_modules/.bin', tool)
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  if (status === 0) return
  process.stderr.write(`${stdout}${stderr}`)
  throw new Error(`${tool} ${args.join(' ')} failed`)
}

/** Beside each text file its packed forms: the server only picks one. */
function compress(directory: string): void {
  for (const file of filesOf(directory).filter((name) => /\.(js|css|svg)$/.test(name))) {
    const bytes = readFileSync(file)
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
    writeFileSync(
      `${file}.br`,
      brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    )
  }
}

if (process.argv[1] === import.meta.filename) prepare({ widget: !process.argv.includes('--no-widget') })
