import { join } from 'node:path'
import type { Command } from 'commander'
import { readProcessConfig } from '../config.ts'
import { connectDatabase } from '../database/connect.ts'
import { resetDemo } from '../demo/reset.ts'
import { seedDemo } from '../demo/seed.ts'
import { type Context, onDatabase } from './context.ts'
import { CommandRefused } from './explain-error.ts'

export function addDemoCommands(program: Command): void {
  const demo = program.command('demo').description('demo: the stage of the walk-through')

  demo
    .command('reset')
    .description('drop the demo database, documents and mails, and set the stage up again')
    .addHelpText(
      'after',
      `
Refused while a server uses the database, and where it holds a merchant that is not of the demo.

Example:
  npm run cli -- demo reset`,
    )
    .action(reset)
}

async function reset(): Promise<void> {
  const config = readProcessConfig()
  if (!config.isDemo) throw new CommandRefused('this is not a demo: FAPIAO_DEMO=1 says that it is one')
  const { dataDir, documentsDir, demoPort } = config
  const connected = await connectDatabase(config)
  try {
    let orders = 0
    await resetDemo({
      url: connected.url,
      directories: [documentsDir, join(dataDir, 'bureau'), join(dataDir, 'outbox')],
      seed: () =>
        onDatabase(config, connected.url, async ({ database, inTransaction, vault, now }: Context) => {
          await seedDemo({ database, inTransaction, vault, now, dataDir, demoPort })
          orders = await database.order.count()
        }),
    })
    console.log(`the stage is set: ${orders} orders; invoices are issued when the server starts`)
  } finally {
    await connected.stop()
  }
}
