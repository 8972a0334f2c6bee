import type { Command } from 'commander'
import { recordAudit } from '../audit/record.ts'
import { endSession, personMark, sessionMark } from '../tokens/ended.store.ts'
import { type Context, OPERATOR, withContext } from './context.ts'
import { CommandRefused } from './explain-error.ts'

type EndOptions = { merchant: string; sid?: string; agent?: string }

export function addSessionCommands(program: Command): void {
  const session = program.command('session').description('sessions: what people have open')

  session
    .command('end')
    .description('end one session, or all that an agent has open, everywhere within 5 seconds')
    .requiredOption('--merchant <taxId>', 'tax id of the merchant')
    .option('--sid <id>', 'this session; the audit log names it')
    .option('--agent <sub>', 'all of this agent, named as in launch tokens')
    .addHelpText(
      'after',
      '\nExample:\n  npm run cli -- session end --merchant 91420100MA4KTEXT0N --agent agent-7',
    )
    .action((options: EndOptions) => withContext((context) => endSessions(context, options)))
}

async function endSessions(context: Context, { merchant: taxId, sid, agent }: EndOptions): Promise<void> {
  if ((sid === undefined) === (agent === undefined)) throw new CommandRefused('name --sid or --agent')
  const merchant = await context.database.merchant.findUnique({ where: { taxId } })
  if (merchant === null) throw new CommandRefused(`no merchant has the tax id ${taxId}`)
  const { id: merchantId } = merchant
  const ended =
    sid === undefined
      ? { act: 'sessions.ended', object: `person:${agent}`, subject: personMark(merchantId, agent ?? '') }
      : { act: 'session.ended', object: `session:${sid}`, subject: sessionMark(sid) }
  await context.inTransaction(async (tx) => {
    const at = context.now()
    await endSession(tx, { subject: ended.subject, merchantId, at })
    const { act, object } = ended
    await recordAudit(tx, at, { merchantId, actor: OPERATOR, act, object })
  })
  console.log(`${ended.object} has ended`)
}
