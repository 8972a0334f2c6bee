/**
 * A parent that starts the embedded PostgreSQL and then does nothing, until somebody kills it:
 *
 *   node hold-postgres.ts <data directory>
 */
import process from 'node:process'
import { startEmbeddedPostgres } from '../../server/database/start-embedded.ts'

const { adminUrl } = await startEmbeddedPostgres({ dataDir: process.argv[2] ?? '', isScratch: true })
process.stdout.write(`${adminUrl}\n`)
setInterval(() => undefined, 60_000)
