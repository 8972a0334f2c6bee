import process from 'node:process'
import { defineConfig } from 'prisma/config'

// `generate` asks for a schema engine, which would have to be downloaded, and then never runs it.
if (process.argv.includes('generate')) process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
})
