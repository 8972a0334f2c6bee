import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { recordAudit } from '../audit/record.ts'
import { v7 } from '../database/ids.ts'
import { TOKEN_ISSUER } from '../services.ts'
import { findLink, insertLink, markRevoked } from '../shops/link.store.ts'
import { createLink, type MadeLink, revokeLink } from '../shops/links.ts'
import { drawQrPng, drawQrSvg } from '../shops/qr.ts'
import { type Context, getShop, OPERATOR, withContext } from './context.ts'
import { CommandRefused } from './explain-error.ts'
import { getOrderId } from './order-id.ts'

type LinkOptions = { shop: string; order?: string; days?: number; png?: string; svg?: string }

const DAYS_MAX = 400

export function addLinkCommands(program: Command): void {
  const link = program.command('link').description('links and QR codes: of a shop (poster) or of one order')

  link
    .command('create')
    .description('make a link, with its QR code where a file is named')
    .requiredOption('--shop <code>', 'shop of the link')
    .option('--order <number>', 'of this order only: no number to type, no proof')
    .option('--days <n>', "life in days, at most 400 (default: the shop's setting)", Number)
    .option('--png <file>', 'write the QR code as PNG')
    .option('--svg <file>', 'write the QR code as SVG')
    .addHelpText(
      'after',
      `
Examples:
  npm run cli -- link create --shop a-tm --svg poster.svg
  npm run cli -- link create --shop a-wx --order WX-2001 --days 30 --png receipt.png`,
    )
    .action((options: LinkOptions) => withContext((context) => printLink(context, options)))

  link
    .command('revoke')
    .description('let a link open nothing any more')
    .argument('<id>', 'id that `link create` printed')
    .addHelpText('after', '\nExample:\n  npm run cli -- link revoke 019a…')
    .action((id: string) => withContext((context) => endLink(context, id)))
}

async function printLink(context: Context, options: LinkOptions): Promise<void> {
  const { id, url, expiresAt } = await makeLink(context, options)
  if (options.png !== undefined) await writeFile(options.png, await drawQrPng(url))
  if (options.svg !== undefined) await writeFile(options.svg, await drawQrSvg(url))
  console.log(`${url}\nid ${id}, until ${expiresAt.toISOString()}`)
}

export async function makeLink(
  context: Context,
  { shop: code, order, days }: Pick<LinkOptions, 'shop' | 'order' | 'days'>,
): Promise<MadeLink> {
  const { inTransaction, tokens, now, config } = context
  if (days !== undefined && !(Number.isInteger(days) && days >= 1 && days <= DAYS_MAX)) {
    throw new CommandRefused(`--days takes a whole number from 1 to ${DAYS_MAX}`)
  }
  const shop = await getShop(context, code)
  const { merchantId } = shop
  await tokens.prepareSigningKeys()
  const deps = {
    ...{ now, insertLink, markRevoked, recordAudit },
    newId: () => v7(now()),
    issuer: TOKEN_ISSUER,
    publicUrl: config.publicUrl,
    getSigningKey: tokens.getSigningKey,
  }
  return inTransaction(async (tx) => {
    const orderId = order === undefined ? null : await getOrderId(tx, { merchantId, shopId: shop.id }, order)
    return createLink(deps, tx, { merchantId, shop, orderId, actor: OPERATOR, days: days ?? shop.linkDays })
  })
}

async function endLink({ inTransaction, now }: Context, id: string): Promise<void> {
  if (!/^[0-9a-f-]{36}$/.test(id)) throw new CommandRefused(`${id} is not the id of a link`)
  await inTransaction(async (tx) => {
    const link = await findLink(tx, id)
    if (link === null) throw new CommandRefused(`there is no link ${id}`)
    const { merchantId } = link
    const which = { merchantId, shopId: null, id, actor: OPERATOR }
    await revokeLink({ now, markRevoked, recordAudit }, tx, which)
  })
  console.log(`link ${id} is revoked`)
}
