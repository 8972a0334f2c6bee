import process from 'node:process'
import { buildApp, connectParts } from './app.ts'
import { sequenceAudit } from './audit/sequence.ts'
import { callbackPath, callbackToken } from './callbacks/callback-token.ts'
import { type Config, ConfigInvalid, readProcessConfig } from './config.ts'
import { type ConnectedDatabase, connectDatabase } from './database/connect.ts'
import { openSessionLocks } from './database/session-locks.ts'
import { printBanner } from './demo/banner.ts'
import {
  type Companion,
  companionUrls,
  hasDemoKeys,
  startBackstage,
  startDemoPages,
} from './demo/companions.ts'
import { openDemo } from './demo/open-demo.ts'
import { stageReissue } from './demo/stage-reissue.ts'
import { isPortInUse } from './http/port-in-use.ts'
import { deleteOldCounts } from './http/request-count.store.ts'
import { addJob } from './jobs/add-job.ts'
import { reconcile } from './jobs/reconcile.ts'
import { type Repeating, repeat } from './jobs/repeat.ts'
import { startWorker } from './jobs/work.ts'
import { listenLive } from './live/listen.ts'
import { openImportDesk } from './orders/import/import-desk.ts'
import { deleteOldBursts } from './orders/look-up-burst.store.ts'
import { deleteOldTries } from './orders/proof-guard.store.ts'
import { type Outside, openServices, type Services } from './services.ts'
import { findIssuePolicy } from './shops/issue-policy.store.ts'
import { deleteOldStaffTries } from './staff/guard.store.ts'
import { dropOldSessions } from './staff/session.store.ts'
import { rememberTitle } from './titles/remember-title.ts'
import { dropOldEnded } from './tokens/ended.store.ts'
import { connectJobs } from './worker.ts'

/** Undoes what was started, newest first. */
type Undo = () => Promise<void>

const SEQUENCE_EVERY_MS = 500
const RECONCILE_EVERY_MS = 60_000
const STAGE_EVERY_MS = 2_000
const TIDY_EVERY_MS = 600_000
/** Wrong proofs are forgotten after an hour at most. */
const KEEP_TRIES_MS = 2 * 3_600_000
/** Alerts are shown for a day. */
const KEEP_BURSTS_MS = 48 * 3_600_000
/** What is still running then is cut. */
const STOP_MS = 15_000

async function start(config: Config, undo: Undo[]): Promise<void> {
  if (config.role !== 'worker' && (await isPortInUse(config.host, config.port))) {
    throw new ConfigInvalid([`PORT=${config.port}: something listens there; does the server run already?`])
  }
  // Processes take a second each to load: they start beside the database.
  const [database, outside] = await Promise.all([connect(config, undo), openOutside(config, undo)])
  const services = await openServices(config, database.url, outside)
  undo.push(() => services.close())
  if (config.role !== 'web') await startWorking(services, database, undo)
  if (config.role !== 'worker') await startServing(services, database, undo)
  if (config.isDemo) await startDemo(services, undo)
}

async function connect(config: Config, undo: Undo[]): Promise<ConnectedDatabase> {
  const database = await connectDatabase(config)
  undo.unshift(() => database.stop())
  return database
}

/** The bureau and the mail server: configured ones, or the demo's. */
async function openOutside(config: Config, undo: Undo[]): Promise<Outside> {
  const urls = companionUrls(config)
  if (config.isDemo) {
    // The address a bureau on this machine calls back: past any proxy in front of the public one.
    const path = callbackPath(callbackToken(config.masterKey.reveal()))
    const backstage = await startBackstage({
      ...config,
      callbackUrl: `http://127.0.0.1:${config.port}${path}`,
    })
    undo.push(stopAll(backstage))
  }
  const issuerUrl = config.issuerUrl ?? urls.bureau
  const smtpUrl = config.smtpUrl?.reveal() ?? (config.isDemo ? urls.smtp : null)
  if (smtpUrl === null)
    throw new ConfigInvalid(['SMTP_URL is missing: outside the demo there is no mail server'])
  if (config.issuerUrl === null && !config.isDemo) {
    throw new ConfigInvalid(['FAPIAO_ISSUER_URL is missing: outside the demo there is no bureau simulator'])
  }
  return { issuerUrl, smtpUrl }
}

async function startServing(services: Services, { url }: ConnectedDatabase, undo: Undo[]): Promise<void> {
  const { config, vault, now, inTransaction } = services
  const locks = openSessionLocks(url)
  const desk = openImportDesk({
    vault,
    now,
    inTransaction,
    issuePolicyOf: findIssuePolicy,
    holdRun: (id) => locks.hold(id),
    releaseRun: (id) => locks.release(id),
    reportBug: (error) => app.log.error({ error: String(error).slice(0, 300) }, 'an import failed'),
  })
  const { app, hub } = await buildApp(services, desk)
  const listening = await listenLive({
    url,
    onChange: (change) => hub.tell(change),
    onRevoked: () => hub.tellRevoked(),
    onGap: () => {
      hub.tellAll()
      hub.tellRevoked()
    },
    log: app.log,
  })
  undo.push(() => locks.close())
  undo.push(() => listening.close())
  undo.push(() => app.close())
  undo.push(() => desk.stop())
  await app.listen({ host: config.host, port: config.port })
}

const LOG = {
  error: (facts: object, message: string) => write('error', message, facts),
  info: (facts: object, message: string) => write('info', message, facts),
}

async function startWorking(services: Services, { url }: ConnectedDatabase, undo: Undo[]): Promise<void> {
  const { config, database, inTransaction, now, vault, tokens } = services
  const { createOrderLink } = connectParts(services)
  const jobs = connectJobs(services, {
    createOrderLink,
    rememberTitle: (tx, merchantId, title) => rememberTitle({ vault, now }, tx, merchantId, title),
  })
  const worker = await startWorker({ url, concurrency: config.workerConcurrency, jobs, log: LOG })
  const loops: Repeating[] = [
    repeat(SEQUENCE_EVERY_MS, () => sequenceAudit(database), LOG),
    repeat(RECONCILE_EVERY_MS, () => reconcile({ database, inTransaction, now, addJob }), LOG),
    repeat(TIDY_EVERY_MS, () => tokens.dropExpiredJtis(), LOG),
    repeat(TIDY_EVERY_MS, () => rotateAgedKeys(tokens), LOG),
    repeat(TIDY_EVERY_MS, () => dropOldEnded(database, now()), LOG),
    repeat(TIDY_EVERY_MS, () => deleteOldTries(database, new Date(now().getTime() - KEEP_TRIES_MS)), LOG),
    repeat(TIDY_EVERY_MS, () => deleteOldCounts(database, new Date(now().getTime() - TIDY_EVERY_MS)), LOG),
    repeat(TIDY_EVERY_MS, () => deleteOldBursts(database, new Date(now().getTime() - KEEP_BURSTS_MS)), LOG),
    repeat(
      TIDY_EVERY_MS,
      () => deleteOldStaffTries(database, new Date(now().getTime() - KEEP_TRIES_MS)),
      LOG,
    ),
    repeat(TIDY_EVERY_MS, () => dropOldSessions(database, now()), LOG),
  ]
  undo.push(() => worker.stop())
  undo.push(async () => {
    await Promise.all(loops.map((loop) => loop.stop()))
  })
}

/** Successors of signing keys of 90 days; the log names them, for whoever wonders at a new `kid`. */
async function rotateAgedKeys(tokens: Services['tokens']): Promise<void> {
  const made = await tokens.rotateAgedKeys()
  if (made.length > 0) LOG.info({ made }, 'signing keys have successors')
}

async function startDemo(services: Services, undo: Undo[]): Promise<void> {
  const { config } = services
  const early = hasDemoKeys(config.dataDir) ? startDemoPages(config) : null
  const [opened, started] = await Promise.all([
    openDemo(services, connectParts(services).createShopLink),
    early,
  ])
  undo.push(stopAll([started ?? (await startDemoPages(config))]))
  const staged = { isDone: false }
  const stageOnce = async () => {
    staged.isDone ||= await stageReissue(services)
  }
  const staging = repeat(STAGE_EVERY_MS, stageOnce, LOG)
  undo.push(() => staging.stop())
  await printBanner({ ...companionUrls(config), publicUrl: config.publicUrl, ...opened })
}

function stopAll(companions: readonly Companion[]): Undo {
  return async () => {
    await Promise.all(companions.map((companion) => companion.stop()))
  }
}

/** Lines of a process without a web server look like those of one. */
function write(level: string, message: string, facts: object): void {
  process.stdout.write(
    `${JSON.stringify({ level, time: new Date().toISOString(), ...facts, msg: message })}\n`,
  )
}

async function stop(undo: Undo[]): Promise<void> {
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) {
    await step().catch((error: unknown) =>
      write('error', 'stopping failed', { error: String(error).slice(0, 300) }),
    )
  }
}

async function run(): Promise<void> {
  const undo: Undo[] = []
  let isStopping = false
  const end = (exitCode: number) => {
    if (isStopping) return
    isStopping = true
    setTimeout(() => process.exit(exitCode), STOP_MS).unref()
    void stop(undo).then(() => process.exit(exitCode))
  }
  process.on('SIGINT', () => end(0))
  process.on('SIGTERM', () => end(0))
  process.on('SIGHUP', () => end(0))
  try {
    await start(readProcessConfig(), undo)
  } catch (error) {
    process.stderr.write(
      `${error instanceof ConfigInvalid ? error.message : `start failed: ${describe(error)}`}\n`,
    )
    end(1)
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

await run()
