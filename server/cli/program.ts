import { Command } from 'commander'
import { addAuditCommands } from './audit-commands.ts'
import { addDemoCommands } from './demo-commands.ts'
import { addHostCommands } from './host-commands.ts'
import { addKeyCommands } from './key-commands.ts'
import { addLinkCommands } from './link-commands.ts'
import { addMerchantCommands } from './merchant-commands.ts'
import { addOrderCommands } from './order-commands.ts'
import { addReviewCommands } from './review-commands.ts'
import { addRuleCommands } from './rule-commands.ts'
import { addSessionCommands } from './session-commands.ts'
import { addStaffCommands } from './staff-commands.ts'
import { addTokenCommands } from './token-commands.ts'

/** Every command; each says by `--help` what it does, with an example. */
export function buildProgram(): Command {
  const program = new Command('npm run cli --')
    .description('Fapiao Sidecar from the command line')
    .helpCommand(false)
    .showHelpAfterError('(--help shows how)')
    .addHelpText(
      'after',
      `
Works on DATABASE_URL; without it on the embedded PostgreSQL of FAPIAO_DATA_DIR (default ./data), which
is started for the command when no server runs it. Each command explains itself:
  npm run cli -- order import --help`,
    )
  addMerchantCommands(program)
  addOrderCommands(program)
  addTokenCommands(program)
  addKeyCommands(program)
  addLinkCommands(program)
  addHostCommands(program)
  addSessionCommands(program)
  addReviewCommands(program)
  addStaffCommands(program)
  addRuleCommands(program)
  addAuditCommands(program)
  addDemoCommands(program)
  listAll(program)
  return program
}

/** The groups alone would hide what can be done. */
function listAll(program: Command): void {
  const commands = program.commands.flatMap((group) =>
    group.commands.map(
      (command) => `  ${`${group.name()} ${command.name()}`.padEnd(18)}${command.description()}`,
    ),
  )
  program.addHelpText('after', `\nAll commands:\n${commands.join('\n')}`)
}
