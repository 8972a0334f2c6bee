import type { Tx } from '../database/database.ts'
import { type JobRequest, PRIORITY } from './define-job.ts'

/** Adds jobs of a batch as `addJob` does each, in one statement. No two may have the same key. */
export async function addJobs(tx: Tx, jobs: readonly JobRequest[]): Promise<void> {
  if (jobs.length === 0) return
  const rows = jobs.map(({ kind, payload, key, runAt = new Date(0), priority = PRIORITY.normal }) => ({
    ...{ kind, payload, key, priority },
    run_at: runAt,
  }))
  await tx.$executeRaw`SELECT enqueue_all(${JSON.stringify(rows)}::json)`
}

/** Adds a job in the caller's transaction; a rollback takes it along. */
export async function addJob(tx: Tx, { kind, payload, key, runAt, priority }: JobRequest): Promise<void> {
  await tx.$executeRaw`SELECT enqueue(${kind}, ${JSON.stringify(payload)}::json, ${key}, ${runAt ?? new Date(0)},
    ${priority ?? PRIORITY.normal}::int)`
}
