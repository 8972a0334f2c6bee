import process from 'node:process'
import { connectRed } from '../../server/connect-reissue.ts'
import { inTransactionOf, openDatabase } from '../../server/database/database.ts'
import { SHIPPED_SETTINGS } from '../../server/invoicing/rules/settings.ts'
import { createSandboxIssuer } from '../../server/issuers/sandbox/sandbox.issuer.ts'
import { addJob as enqueue } from '../../server/jobs/add-job.ts'
import { reconcile } from '../../server/jobs/reconcile.ts'
import { repeat } from '../../server/jobs/repeat.ts'
import { startWorker } from '../../server/jobs/work.ts'
import { openVault } from '../../server/privacy/vault.ts'
import { askAboutRedJob, requestRedJob, takeRedBackJob } from '../../server/reissue/red.job.ts'
import { buildDeps, issuingJobs, MASTER_KEY } from './issuing-deps.ts'

/**
 * A worker process that does whole reissues, to be killed: `reissue-worker.ts DATABASE_URL BUREAU_URL
 * AHEAD_MS`. Its clock is ahead by so much, so that a test need not wait for the leases of the dead; the
 * queue's clock is the database's, so due times are told in that one.
 */
const [url = '', baseUrl = '', ahead = '0'] = process.argv.slice(2)
const aheadMs = Number(ahead)
const TIMEOUT_MS = 3_000
const database = openDatabase({ url, poolSize: 8 })
const vault = openVault(openDatabase({ url, poolSize: 1 }), MASTER_KEY)
const inTransaction = inTransactionOf(database)
const now = () => new Date(Date.now() + aheadMs)
const addJob: typeof enqueue = (tx, { runAt, ...job }) =>
  enqueue(tx, runAt === undefined ? job : { ...job, runAt: new Date(runAt.getTime() - aheadMs) })

const sandbox = createSandboxIssuer({ baseUrl, timeoutMs: TIMEOUT_MS })
const issuer = {
  ...sandbox,
  capabilities: () => ({ ...sandbox.capabilities(), absentCountsAfterMs: 500 }),
}
const trail = { sent: [], asked: [], crashAt: null }
const issuing = {
  ...buildDeps({ database, vault, now, trail, issuer, timeoutMs: TIMEOUT_MS }),
  addJob,
}
const termsOf = () => ({ capabilities: issuer.capabilities(), settings: SHIPPED_SETTINGS })
const red = {
  ...connectRed(
    { vault, now, inTransaction, termsOf, timeoutMs: TIMEOUT_MS, issuerOf: () => issuer },
    issuing.getSeller,
  ),
  addJob,
}
const log = { error: () => undefined, info: () => undefined }
await startWorker({
  url,
  concurrency: 8,
  jobs: [...issuingJobs(issuing), requestRedJob(red), askAboutRedJob(red), takeRedBackJob(red)],
  log,
  sweep: { everyMs: 200, graceMs: 0 },
})
repeat(500, () => reconcile({ database, inTransaction, now, addJob }), log)
process.stdout.write('ready\n')
process.stdin.resume().on('end', () => process.exit(0)) // ends with the test, whatever happens
