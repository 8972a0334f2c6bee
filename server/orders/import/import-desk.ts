import { Problem } from '../../contract/problem.ts'
import {
  failInterruptedImports,
  type ImportAsk,
  type ImportDeps,
  runImport,
  type StartedImport,
  startImport,
} from './run-import.ts'

/** An import keeps a core and a few connections busy; two leave room for everybody else. */
const RUNNING_MAX = 2
/** Uploads that wait hold disk space. */
const WAITING_MAX = 8

export type ImportDesk = {
  /**
   * Takes a file and works on it in the background; answers as soon as its row stands. `done` is called
   * once when the file is no longer needed. Refuses with `rate_limited` when too many wait.
   */
  take(ask: ImportAsk, done: () => Promise<void>): Promise<string>
  /** Ends running imports as interrupted and waits for them. */
  stop(): Promise<void>
}

/** Opening it ends the runs that a process which is gone left behind. */
export function openImportDesk(deps: ImportDeps): ImportDesk {
  const clearing = failInterruptedImports(deps).then(() => undefined, deps.reportBug)
  const ending = new AbortController()
  const waiting: (() => Promise<void>)[] = []
  const running = new Set<Promise<void>>()
  let taken = 0

  function work(): void {
    while (running.size < RUNNING_MAX) {
      const next = waiting.shift()
      if (next === undefined) return
      const worked = next().finally(() => {
        running.delete(worked)
        taken -= 1
        work()
      })
      running.add(worked)
    }
  }

  async function runOne(started: StartedImport, done: () => Promise<void>): Promise<void> {
    try {
      await runImport(deps, started, ending.signal)
    } finally {
      await done().catch(() => undefined)
    }
  }

  return {
    async take(ask, done) {
      if (taken >= RUNNING_MAX + WAITING_MAX || ending.signal.aborted) {
        throw new Problem('rate_limited', { retryAfter: 30 })
      }
      taken += 1
      try {
        await failInterruptedImports(deps)
        const started = await startImport(deps, ask)
        waiting.push(() => runOne(started, done))
        work()
        return started.run.id
      } catch (error) {
        taken -= 1
        throw error
      }
    },
    async stop() {
      ending.abort()
      await clearing
      while (running.size > 0) await Promise.all(running)
    },
  }
}
