import process from 'node:process'
import { prepare } from '../prepare.ts'

/** `npm run cli -- <command>`. The database client is made first: the commands do not load without it. */
async function main(): Promise<void> {
  prepare({ widget: false })
  const { buildProgram } = await import('./program.ts')
  const { explainError } = await import('./explain-error.ts')
  try {
    await buildProgram().parseAsync(process.argv)
  } catch (error) {
    console.error(`error: ${explainError(error)}`)
    process.exitCode = 1
  }
}

await main()
