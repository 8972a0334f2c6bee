/**
 * `npm test`: everything that must hold, in one run. Types, lint, unit and integration tests against a
 * real PostgreSQL, browser tests in a real Chromium. Its last line counts them.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import process from 'node:process'
import { prepare } from '../server/prepare.ts'

const ROOT = join(import.meta.dirname, '..')

/** Hundreds of processes start in a run: what Node makes of a TypeScript file is kept for the next one. */
process.env.NODE_COMPILE_CACHE ??= join(ROOT, 'test/.run/compile-cache')

type Count = { passed: number; failed: number }

/** What vitest's JSON reporter writes, as far as it is read here. */
type Report = {
  numPassedTests: number
  numFailedTests: number
  testResults: {
    name: string
    message: string
    assertionResults: { fullName: string; status: string; failureMessages?: string[] }[]
  }[]
}

/** Runs a tool of node_modules/.bin on the pinned Node, its output straight through. */
function run(tool: string, args: readonly string[]): Promise<boolean> {
  const started = Date.now()
  const bin = join(ROOT, 'node_modules/.bin', tool)
  return new Promise((resolve) => {
    const child = spawn(bin, args, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32',
    })
    child.once('error', () => resolve(false))
    child.once('exit', (code) => {
      const seconds = ((Date.now() - started) / 1000).toFixed(1)
      console.log(`${code === 0 ? 'passed' : 'FAILED'}  ${tool} ${args.join(' ')} (${seconds} s)\n`)
      resolve(code === 0)
    })
  })
}

/** Each check counts as one test: a failing type is a failing test. */
async function runChecks(): Promise<Count> {
  const results = [
    await run('tsc', ['-p', 'tsconfig.json']),
    await run('tsc', ['-p', 'widget/tsconfig.json']),
    await run('biome', ['check', '--error-on-warnings', '.']),
  ]
  const passed = results.filter(Boolean).length
  return { passed, failed: results.length - passed }
}

/** One group after the other: a browser beside a hundred servers would measure the machine. */
const GROUPS = [['server', 'widget'], ['e2e']] as const

async function runTests(projects: readonly string[]): Promise<Count> {
  const report = join(ROOT, `test/.run/report-${projects[0]}.json`)
  mkdirSync(join(ROOT, 'test/.run'), { recursive: true })
  rmSync(report, { force: true })
  const chosen = projects.flatMap((project) => ['--project', project])
  const isGreen = await run('vitest', [
    'run',
    ...chosen,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ])
  if (!existsSync(report)) return { passed: 0, failed: 1 } // it broke before a test ran
  const found: Report = JSON.parse(readFileSync(report, 'utf8'))
  failures.push(...failuresIn(found))
  // A run that breaks outside a test (a leak, a broken file) fails too, with no test to blame.
  const failed = found.numFailedTests + found.testResults.filter(isBrokenFile).length
  return { passed: found.numPassedTests, failed: !isGreen && failed === 0 ? 1 : failed }
}

/** A file that failed with no failed test in it: it did not load, or a hook broke. */
function isBrokenFile({ message, assertionResults }: Report['testResults'][number]): boolean {
  return message !== '' && assertionResults.every(({ status }) => status !== 'failed')
}

/** What failed, by name and first line, because the tail of a long log is what people keep. */
function failuresIn({ testResults }: Report): string[] {
  return testResults.flatMap((result) => {
    const file = relative(ROOT, result.name)
    if (isBrokenFile(result)) return [`${file}: ${firstLines(result.message)}`]
    return result.assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => `${file}: ${fullName}: ${firstLines(failureMessages?.[0])}`)
  })
}

const firstLines = (message = '') => message.split('\n').slice(0, 3).join(' ').slice(0, 400)

const failures: string[] = []
prepare({ widget: true })
const counts = [await runChecks()]
for (const group of GROUPS) counts.push(await runTests(group))
const passed = counts.reduce((sum, count) => sum + count.passed, 0)
const failed = counts.reduce((sum, count) => sum + count.failed, 0)
for (const failure of failures) console.log(`FAILED  ${failure}`)
process.exitCode = failed === 0 ? 0 : 1
console.log(`${passed} passed, ${failed} failed`)
