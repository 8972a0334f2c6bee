import process from 'node:process'
import { openDatabase } from '../../server/database/database.ts'
import { createSandboxIssuer } from '../../server/issuers/sandbox/sandbox.issuer.ts'
import { startWorker } from '../../server/jobs/work.ts'
import { openVault } from '../../server/privacy/vault.ts'
import { buildDeps, issuingJobs, MASTER_KEY } from './issuing-deps.ts'

/** A worker process of its own, to be killed: `issuing-worker.ts DATABASE_URL BUREAU_URL`. */
const [url = '', baseUrl = ''] = process.argv.slice(2)
const database = openDatabase({ url, poolSize: 8 })
const sandbox = createSandboxIssuer({ baseUrl, timeoutMs: 500 })
const issuer = {
  ...sandbox,
  capabilities: () => ({ ...sandbox.capabilities(), absentCountsAfterMs: 500 }),
}
const deps = buildDeps({
  database,
  vault: openVault(openDatabase({ url, poolSize: 1 }), MASTER_KEY),
  now: () => new Date(),
  trail: { sent: [], asked: [], crashAt: null },
  issuer,
  timeoutMs: 500,
})
await startWorker({
  url,
  concurrency: 8,
  jobs: issuingJobs(deps),
  log: { error: () => undefined, info: () => undefined },
  sweep: { everyMs: 200, graceMs: 0 },
})
process.stdout.write('ready\n')
process.stdin.resume().on('end', () => process.exit(0)) // ends with the test, whatever happens
