import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT, readSource } from './sources.ts'

/** Rule → what it must not let pass. A preset that is off by mistake, or a rule that was renamed, shows here. */
const CANARIES: Readonly<Record<string, string>> = {
  noDebugger: 'export const stop = () => {\n  debugger\n}\n',
  noExplicitAny: 'export const read = (value: any) => value\n',
  noUnusedVariables: 'const left = 1\nexport const right = 2\n',
  noProcessEnv: 'export const port = process.env.PORT\n',
  noConsole: "console.log('here')\n",
  noDefaultExport: 'export default 1\n',
  noNonNullAssertion: 'export const first = (list: string[]) => list[0]!.length\n',
  useImportType: "import { Problem } from './x.ts'\nexport const f = (x: Problem) => x.y\n",
  noBarrelFile: "export { one } from './x.ts'\nexport * from './y.ts'\n",
  noFloatingPromises: 'const work = async () => 1\nexport const go = () => {\n  work()\n}\n',
  noExcessiveLinesPerFunction: `export function long() {\n${"  use('x')\n".repeat(70)}}\n`,
}

const folder = mkdtempSync(join(tmpdir(), 'fapiao-lint-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** File → the rules that fail over it, with the project's own settings. */
const failed = new Map<string, string[]>()

beforeAll(() => {
  const settings: Record<string, unknown> = JSON.parse(readSource('biome.json'))
  // Nothing but the place differs: there is no repository around it.
  writeFileSync(
    join(folder, 'biome.json'),
    JSON.stringify({ ...settings, $schema: undefined, vcs: undefined }),
  )
  mkdirSync(join(folder, 'server'))
  writeFileSync(join(folder, 'server/clean.ts'), 'export const one = 1\n')
  for (const [rule, text] of Object.entries(CANARIES)) writeFileSync(join(folder, `server/${rule}.ts`), text)
  const biome = join(ROOT, 'node_modules/@biomejs/biome/bin/biome')
  const args = [biome, 'lint', '--reporter=json', '--max-diagnostics=200', '--error-on-warnings', 'server']
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  expect(status).toBe(1)
  for (const { category, location } of JSON.parse(stdout).diagnostics) {
    const file = String(location.path.file ?? location.path).replace(/^.*\//, '')
    failed.set(file, [...(failed.get(file) ?? []), String(category).replace(/^.*\//, '')])
  }
})

test('the linter passes what is clean', () => {
  expect(failed.has('clean.ts')).toBe(false)
})

test.for(Object.keys(CANARIES))('the linter fails over %s', (rule) => {
  expect(failed.get(`${rule}.ts`)).toContain(rule)
})
