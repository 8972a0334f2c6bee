/**
 * `npm run test:long`: what is too long for every change. Each property on at least 100,000 new cases,
 * then the suites of test/long. Its first line is the seed: `PROPERTY_SEED=… npm run test:long` repeats
 * a run, and names of test files after `--` narrow it.
 */
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { prepare } from '../server/prepare.ts'

const ROOT = join(import.meta.dirname, '..')
const CASES = 100_000
/** Hours, not minutes: a quiet machine needs less, a busy one must not fail for it. */
const TIMEOUT_MS = 6 * 3_600_000

const seed = process.env.PROPERTY_SEED ?? String(randomInt(2 ** 31))
const runs = process.env.PROPERTY_RUNS ?? String(CASES)

/** Every test file of one kind, as far as the command line wants it. */
function chosen(files: readonly string[]): string[] {
  const wanted = process.argv.slice(2)
  return files.filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
}

function findProperties(): string[] {
  return globSync('test/{server,widget,laws}/**/*.test.{ts,tsx}', { cwd: ROOT })
    .filter((file) => /from 'fast-check'/.test(readFileSync(join(ROOT, file), 'utf8')))
    .sort()
}

function runVitest(projects: readonly string[], files: readonly string[]): Promise<boolean> {
  const args = ['run', ...projects.flatMap((project) => ['--project', project])]
  const child = spawn(
    join(ROOT, 'node_modules/.bin/vitest'),
    [...args, `--testTimeout=${TIMEOUT_MS}`, ...files],
    {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32',
      env: { ...process.env, PROPERTY_SEED: seed, PROPERTY_RUNS: runs },
    },
  )
  return new Promise((resolve) => {
    child.once('error', () => resolve(false))
    child.once('exit', (code) => resolve(code === 0))
  })
}

console.log(`seed ${seed}, ${runs} cases for each property`)
prepare({ widget: true })
const groups = [
  { projects: ['server', 'widget'], files: chosen(findProperties()) },
  { projects: ['long'], files: chosen(globSync('test/long/**/*.test.ts', { cwd: ROOT }).sort()) },
]
const green: boolean[] = []
for (const { projects, files } of groups) {
  if (files.length > 0) green.push(await runVitest(projects, files))
}
process.exitCode = green.length > 0 && green.every(Boolean) ? 0 : 1
console.log(`${process.exitCode === 0 ? 'passed' : 'FAILED'} with seed ${seed}`)
