import { EventEmitter } from 'node:events'
import { Logger, type Runner, type RunnerOptions, run, type TaskList } from 'graphile-worker'
import pg from 'pg'
import type { Job } from './define-job.ts'
import { freeLocked, holdPool, type PoolLife } from './free-locked.ts'

type Log = { error(facts: object, message: string): void; info(facts: object, message: string): void }

type Options = {
  /** The owner's address: the queue's tables are out of the application role's reach. */
  url: string
  concurrency: number
  jobs: readonly Job[]
  log: Log
  /** How often to look for jobs of dead workers, and how long a job must have been locked. */
  sweep?: { everyMs: number; graceMs: number }
}

export type Worker = {
  /** Takes no new job, lets running ones finish, and lets go of the rest. */
  stop(): Promise<void>
}

/** facts/trust.md §1.4. A pool holds its lock before it takes a job; the grace covers a reconnect. */
const SWEEP = { everyMs: 5_000, graceMs: 15_000 }

/** Starts working on jobs in this process, and frees what dead processes had taken. */
export async function startWorker({ url, concurrency, jobs, log, sweep = SWEEP }: Options): Promise<Worker> {
  let life: PoolLife | null = null
  const events: NonNullable<RunnerOptions['events']> = new EventEmitter()
  events.on('pool:create', ({ workerPool }) => {
    life = holdPool(url, workerPool.id)
  })
  const taskList: TaskList = Object.fromEntries(
    jobs.map((job) => [
      job.kind,
      async (payload, helpers) => {
        await life?.held()
        await job.run(readPayload(payload), helpers.abortSignal ?? new AbortController().signal)
      },
    ]),
  )
  const runner = await startRunner({ url, concurrency, taskList, events, log })
  const sweeper = await startSweeper(url, sweep, log)
  return {
    async stop() {
      await sweeper.stop()
      await runner.stop()
      await life?.end()
    },
  }
}

type RunnerParts = Pick<Options, 'url' | 'concurrency' | 'log'> & {
  taskList: TaskList
  events: NonNullable<RunnerOptions['events']>
}

function startRunner({ url, concurrency, taskList, events, log }: RunnerParts): Promise<Runner> {
  return run({
    connectionString: url,
    concurrency,
    taskList,
    events,
    noHandleSignals: true,
    pollInterval: 1_000,
    preset: {
      worker: {
        maxPoolSize: 6,
        localQueue: { size: concurrency * 2 },
        completeJobBatchDelay: 20,
        failJobBatchDelay: 20,
      },
    },
    logger: new Logger(() => (level, message, meta) => {
      // Messages of failed jobs repeat the error; ids and kinds are enough.
      if (level === 'error')
        log.error({ jobError: String(meta?.failure ?? message).slice(0, 200) }, 'job failed')
    }),
  })
}

/** One look at a time, on a connection that lives for that look: a lost one is no matter. */
async function startSweeper(url: string, { everyMs, graceMs }: typeof SWEEP, log: Log) {
  const look = async () => {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      const pools = await freeLocked(client, graceMs)
      if (pools.length > 0) log.info({ pools }, 'jobs of dead workers are free again')
    } catch (error) {
      log.error({ cause: error instanceof Error ? error.name : 'unknown' }, 'no look at dead workers')
    } finally {
      await client.end().catch(() => undefined)
    }
  }
  let looking = look()
  await looking
  const timer = setInterval(() => {
    looking = looking.then(look)
  }, everyMs)
  return {
    async stop() {
      clearInterval(timer)
      await looking
    },
  }
}

function readPayload(payload: unknown): Readonly<Record<string, string>> {
  if (typeof payload !== 'object' || payload === null) return {}
  return Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, String(value)]))
}
