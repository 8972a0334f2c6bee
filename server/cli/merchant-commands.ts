import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { v7 } from '../database/ids.ts'
import { type AppliedMerchant, applyMerchant, isChange } from '../shops/apply-merchant.ts'
import { MERCHANT_EXAMPLE } from '../shops/merchant-example.ts'
import type { MerchantSetup } from '../shops/merchant-setup.ts'
import { readMerchantFile } from '../shops/read-merchant-file.ts'
import { type Context, OPERATOR, withContext } from './context.ts'
import { CommandRefused } from './explain-error.ts'
import { previewMerchant } from './preview-merchant.ts'
import { formatTable } from './print.ts'

export function addMerchantCommands(program: Command): void {
  const merchant = program.command('merchant').description('merchants: sellers, their shops and goods rules')

  merchant
    .command('apply')
    .description('make or change a merchant, so that it stands as a file says')
    .argument('<file>', 'JSON; `merchant example` prints one')
    .addHelpText(
      'after',
      `
The tax id says which merchant it is. A setting that the file leaves out gets its default, goods rules
are replaced as a whole, and a shop that the file does not name stays, without rules of its own.

Example:
  npm run cli -- merchant apply merchant.json`,
    )
    .action(async (path: string) => {
      const setup = readMerchantFile(await readJson(path))
      await withContext((context) => apply(context, setup))
    })

  merchant
    .command('example')
    .description('print a merchant file to start from')
    .addHelpText('after', '\nExample:\n  npm run -s cli -- merchant example > merchant.json')
    .action(() => console.log(JSON.stringify(MERCHANT_EXAMPLE, null, 2)))

  merchant
    .command('list')
    .description('list the merchants with their shops and how many goods rules they have')
    .addHelpText('after', '\nExample:\n  npm run cli -- merchant list')
    .action(() => withContext(listMerchants))

  merchant
    .command('preview')
    .description('show what an invoice of an order would look like if a file were applied; changes nothing')
    .argument('<file>', 'JSON, as for `merchant apply`')
    .argument('<number>', 'order number, of a shop that the file names')
    .addHelpText('after', '\nExample:\n  npm run cli -- merchant preview merchant.json TM-1002')
    .action(async (path: string, number: string) => {
      const setup = readMerchantFile(await readJson(path))
      await withContext((context) => previewMerchant(context, setup, number))
    })
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new CommandRefused(`${path} is not JSON: ${error instanceof Error ? error.message : ''}`)
  }
}

async function apply({ inTransaction, vault, now }: Context, setup: MerchantSetup): Promise<void> {
  const deps = { inTransaction, vault, now, newId: () => v7(now()) }
  const applied = await applyMerchant(deps, setup, OPERATOR)
  const { name, taxId } = setup.seller
  console.log(`${name} (${taxId})`)
  console.log(formatTable(linesOf(applied, setup)))
}

function linesOf({ changes, shopsLeft }: AppliedMerchant, { rules }: MerchantSetup): string[][] {
  const { isNew, seller, shopsAdded, shopsChanged, templatesMade, rulesReplaced } = changes
  const left = shopsLeft.map((code) => [`shop ${code}`, 'not in the file, stays'])
  if (!isChange(changes)) return [['nothing changed'], ...left]
  return [
    ...(isNew ? [['seller', 'made']] : []),
    ...(seller.length > 0 ? [['seller', `changed: ${seller.join(', ')}`]] : []),
    ...shopsAdded.map((code) => [`shop ${code}`, 'made']),
    ...shopsChanged.map(({ code, fields }) => [`shop ${code}`, `changed: ${fields.join(', ')}`]),
    ...templatesMade
      .filter(({ version }) => version > 1)
      .map(({ code, version }) => [`template of ${code}`, `version ${version}`]),
    ...left,
    ...(rulesReplaced ? [['rules', String(rules.length)]] : []),
  ]
}

async function listMerchants({ database }: Context): Promise<void> {
  const merchants = await database.merchant.findMany({
    include: { shops: { select: { code: true }, orderBy: { code: 'asc' } } },
    orderBy: { createdAt: 'asc' },
  })
  const counts = await database.goodsRule.groupBy({ by: ['merchantId'], _count: true })
  const lines = merchants.map(({ id, taxId, name, shops }) => [
    ...[taxId, name, shops.map(({ code }) => code).join(', ')],
    String(counts.find(({ merchantId }) => merchantId === id)?._count ?? 0),
  ])
  console.log(formatTable([['tax id', 'name', 'shops', 'rules'], ...lines]))
}
