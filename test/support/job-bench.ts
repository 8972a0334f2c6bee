import pg from 'pg'
import type { Job } from '../../server/jobs/define-job.ts'

export type WaitingJob = {
  readonly id: string
  readonly kind: string
  readonly key: string | null
  readonly payload: Readonly<Record<string, string>>
  readonly runAt: Date
}

/** Runs the jobs that really stand in the queue one by one, when the test says so. */
export type JobBench = {
  /** In the order in which they would run; of all kinds. */
  waiting(): Promise<WaitingJob[]>
  /** Runs the first job that is due; throws what it throws and leaves it in the queue, as a worker does. */
  runNext(): Promise<string | null>
  /** Runs what is due, and what that makes due. Returns the kinds in their order. */
  runDue(): Promise<string[]>
  /** As if the job had never been added, or its worker had completed it blindly. */
  lose(key: string): Promise<void>
  close(): Promise<void>
}

export async function openJobBench(url: string, jobs: readonly Job[], now: () => Date): Promise<JobBench> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const byKind = new Map(jobs.map((job) => [job.kind, job]))

  const waiting = async () => {
    const { rows } = await client.query<WaitingJob>(`
      SELECT j.id::text, t.identifier AS kind, j.key, j.payload, j.run_at AS "runAt"
      FROM graphile_worker._private_jobs j JOIN graphile_worker._private_tasks t ON t.id = j.task_id
      WHERE j.is_available ORDER BY j.run_at, j.priority, j.id`)
    return rows
  }

  const runNext = async () => {
    const due = (await waiting()).find(({ kind, runAt }) => byKind.has(kind) && runAt <= now())
    const job = due === undefined ? undefined : byKind.get(due.kind)
    if (due === undefined || job === undefined) return null
    await client.query(
      `UPDATE graphile_worker._private_jobs SET locked_at = now(), locked_by = 'bench',
       attempts = attempts + 1 WHERE id = $1`,
      [due.id],
    )
    try {
      await job.run(due.payload, new AbortController().signal)
    } catch (error) {
      await client.query(
        'UPDATE graphile_worker._private_jobs SET locked_at = NULL, locked_by = NULL WHERE id = $1',
        [due.id],
      )
      throw error
    }
    await client.query('DELETE FROM graphile_worker._private_jobs WHERE id = $1', [due.id])
    return due.kind
  }

  return {
    waiting,
    runNext,
    async runDue() {
      const kinds: string[] = []
      for (let kind = await runNext(); kind !== null; kind = await runNext()) kinds.push(kind)
      return kinds
    },
    async lose(key) {
      const { rowCount } = await client.query('DELETE FROM graphile_worker._private_jobs WHERE key = $1', [
        key,
      ])
      if (rowCount !== 1) throw new Error(`no job ${key}`)
    },
    close: () => client.end(),
  }
}
