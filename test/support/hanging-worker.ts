import process from 'node:process'
import { startWorker } from '../../server/jobs/work.ts'

/** A worker process that takes one job and never ends it: `hanging-worker.ts DATABASE_URL`. */
const [url = ''] = process.argv.slice(2)
await startWorker({
  url,
  concurrency: 1,
  jobs: [
    {
      kind: 'test.hang',
      run() {
        process.stdout.write('taken\n')
        return new Promise(() => undefined)
      },
    },
  ],
  log: { error: () => undefined, info: () => undefined },
})
process.stdin.resume().on('end', () => process.exit(0))
