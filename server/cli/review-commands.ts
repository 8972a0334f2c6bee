import type { Command } from 'commander'
import { yuan } from '../invoicing/money.ts'
import { findRequestByTicket, type InvoiceRequest } from '../invoicing/request.store.ts'
import { approveRequest, rejectRequest } from '../invoicing/review-request.ts'
import { addJob } from '../jobs/add-job.ts'
import { releaseOrder } from '../orders/order.store.ts'
import { type Context, withContext } from './context.ts'
import { CommandRefused } from './explain-error.ts'
import { formatTable } from './print.ts'

export function addReviewCommands(program: Command): void {
  const review = program.command('review').description('review: requests that a person looks at first')

  review
    .command('list')
    .description('list the requests that wait for a person, the oldest first')
    .addHelpText('after', '\nExample:\n  npm run cli -- review list')
    .action(() => withContext(listReviews))

  review
    .command('approve')
    .description('let a request go to the issuer')
    .argument('<ticket>', 'number of the request, e.g. F-7K2M-9QXA')
    .requiredOption('--reviewer <id>', 'who decides; not who asked')
    .addHelpText('after', '\nExample:\n  npm run cli -- review approve F-7K2M-9QXA --reviewer finance-1')
    .action((ticket: string, { reviewer }: { reviewer: string }) =>
      withContext(async (context) => {
        const { id, version } = await getRequest(context, ticket)
        const actor = { kind: 'operator', id: reviewer } as const
        const deps = depsOf(context)
        const approved = await context.inTransaction((tx) => approveRequest(deps, tx, { id, actor, version }))
        console.log(`${ticket} is ${approved.state}`)
      }),
    )

  review
    .command('reject')
    .description('end a request; who asked reads the reason')
    .argument('<ticket>', 'number of the request')
    .requiredOption('--reviewer <id>', 'who decides; not who asked')
    .requiredOption('--reason <text>', 'a sentence for who asked, e.g. 税号与名称不符')
    .addHelpText(
      'after',
      '\nExample:\n  npm run cli -- review reject F-7K2M-9QXA --reviewer finance-1 --reason 税号与名称不符',
    )
    .action((ticket: string, { reviewer, reason }: { reviewer: string; reason: string }) =>
      withContext(async (context) => {
        const { id, version } = await getRequest(context, ticket)
        const actor = { kind: 'operator', id: reviewer } as const
        const ask = { id, actor, version, detail: reason, fields: [] }
        const rejected = await context.inTransaction((tx) => rejectRequest(depsOf(context), tx, ask))
        console.log(`${ticket} is ${rejected.state}`)
      }),
    )
}

function depsOf({ now }: Context) {
  return { now, addJob, releaseOrder }
}

async function getRequest({ database }: Context, ticket: string): Promise<InvoiceRequest> {
  const request = await findRequestByTicket(database, ticket.trim().toUpperCase())
  if (request === null) throw new CommandRefused(`there is no request ${ticket}`)
  return request
}

/** More than a person decides in a sitting. */
const LISTED_MAX = 200

async function listReviews({ database }: Context): Promise<void> {
  const rows = await database.invoiceRequest.findMany({
    where: { state: 'in_review' },
    include: {
      shares: { include: { order: { select: { number: true, shop: { select: { code: true } } } } } },
    },
    orderBy: { createdAt: 'asc' },
    take: LISTED_MAX,
  })
  const lines = rows.map(({ ticketNumber, kind, amountFen, reviewReason, actor, createdAt, shares }) => [
    ...[ticketNumber, kind, yuan(amountFen), reviewReason ?? ''],
    shares.map(({ order }) => `${order.shop.code} ${order.number}`).join(', '),
    ...[actor, createdAt.toISOString()],
  ])
  console.log(formatTable([['ticket', 'kind', 'amount', 'why', 'order', 'asked by', 'since'], ...lines]))
}
