import process from 'node:process'
import type { Command } from 'commander'
import { sequenceAudit } from '../audit/sequence.ts'
import { verifyAudit } from '../audit/verify.ts'
import { type Context, withContext } from './context.ts'

export function addAuditCommands(program: Command): void {
  const audit = program.command('audit').description('audit: check the log')

  audit
    .command('verify')
    .description('recompute the chain of every merchant and name the first break')
    .addHelpText(
      'after',
      `
Exit code: 0 the chains hold, 1 one is broken.

Example:
  npm run cli -- audit verify`,
    )
    .action(() => withContext(verify))
}

async function verify({ database, now }: Context): Promise<void> {
  // Entries of the last moment, and of commands that ran without a server, have no number yet.
  while ((await sequenceAudit(database)) > 0);
  const { merchants, entries, broken } = await verifyAudit(database, now())
  if (broken === null) {
    console.log(`${entries} entries of ${merchants} merchants: every chain holds`)
    return
  }
  const where = broken.index === null ? 'without a number' : `#${broken.index}`
  console.error(`broken at ${where} of merchant ${broken.merchantId}: ${broken.kind}, ${broken.detail}`)
  process.exitCode = 1
}
