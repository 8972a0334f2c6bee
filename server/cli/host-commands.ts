import { readFile } from 'node:fs/promises'
import { type Command, Option } from 'commander'
import { recordAudit } from '../audit/record.ts'
import { HOST_IDS, type HostId } from '../contract/hosts.ts'
import { v7 } from '../database/ids.ts'
import {
  disableHostAccount,
  findHostAccount,
  insertHostAccount,
  listHostAccounts,
} from '../hosts/host-account.store.ts'
import { type HostAccount, hasSecret, readAccount, settingNames } from '../hosts/host-account.ts'
import { type Context, getShop, OPERATOR, withContext } from './context.ts'
import { CommandRefused } from './explain-error.ts'
import { formatTable } from './print.ts'

type AddOptions = { shop: string; host: HostId; set: string[]; secretFile?: string; keyFile?: string }

export function addHostCommands(program: Command): void {
  const host = program.command('host').description('chat consoles: who a shop is there, and what proves it')

  host
    .command('add')
    .description('let agents of a chat console in; prints the address to register there')
    .requiredOption('--shop <code>', 'shop whose panel opens')
    .addOption(new Option('--host <name>', 'the console').choices(HOST_IDS).makeOptionMandatory())
    .option('--set <name=value...>', 'what the console calls the account', [])
    .option('--secret-file <file>', 'file with the secret that the console and we share')
    .option('--key-file <file>', "Zendesk: file with the app's public key (PEM)")
    .addHelpText('after', `\nSettings of each console:\n${listSettings()}\n${EXAMPLES}`)
    .action((options: AddOptions) => withContext((context) => addHost(context, options)))

  host
    .command('list')
    .description("a shop's accounts at chat consoles")
    .requiredOption('--shop <code>', 'shop of the accounts')
    .addHelpText('after', '\nExample:\n  npm run cli -- host list --shop a-wx')
    .action((options: { shop: string }) => withContext((context) => listHosts(context, options.shop)))

  host
    .command('disable')
    .description('let nobody in through an account, and end what it opened, within 5 seconds')
    .argument('<id>', 'id that `host add` printed')
    .addHelpText('after', '\nExample:\n  npm run cli -- host disable 019a…')
    .action((id: string) => withContext((context) => disableHost(context, id)))
}

const EXAMPLES = `
Examples:
  npm run cli -- host add --shop a-wx --host front --secret-file front.secret
  npm run cli -- host add --shop a-wx --host zendesk --set subdomain=acme --set installationId=41 --key-file zendesk.pem`

function listSettings(): string {
  return HOST_IDS.map((host) => {
    const names = settingNames(host).filter((name) => name !== 'publicKeyPem')
    const wants = [...names, hasSecret(host) ? '--secret-file' : '--key-file']
    return `  ${host.padEnd(9)} ${wants.join(', ')}`
  }).join('\n')
}

async function addHost(context: Context, options: AddOptions): Promise<void> {
  const shop = await getShop(context, options.shop)
  const { host } = options
  const settings = readSettings(options.set)
  if (options.keyFile !== undefined) settings.publicKeyPem = await readFile(options.keyFile, 'utf8')
  const { id: shopId, merchantId } = shop
  const account = readAccount({ id: v7(), merchantId, shopId, host, settings, disabledAt: null })
  if ('wrong' in account)
    throw new CommandRefused(`missing, unknown or not usable: ${account.wrong.join(', ')}`)
  const secret = await readSecret(options)
  const at = context.now()
  await context.inTransaction(async (tx) => {
    await insertHostAccount(context, tx, account, { secret, at })
    await recordAudit(tx, at, actOf(account, 'host.added'))
  })
  console.log(`${host} account ${account.id} of shop ${shop.code}\n${adviceFor(context, account, shop.code)}`)
}

/** Where the console has to send people. */
function adviceFor({ config }: Context, { host, id }: HostAccount, shopCode: string): string {
  const door = `${config.publicUrl}/hosts/${host}/${id}`
  if (host === 'chatwoot')
    return `register the dashboard app ${config.publicUrl}/sidebar/${shopCode}?host=chatwoot`
  return `register ${door}`
}

function readSettings(pairs: readonly string[]): Record<string, string> {
  const read = pairs.map((pair) => {
    const at = pair.indexOf('=')
    if (at < 1) throw new CommandRefused(`--set takes name=value, not ${pair}`)
    return [pair.slice(0, at), pair.slice(at + 1)] as const
  })
  return Object.fromEntries(read)
}

/** Out of a file: on the command line it would stand in the shell's history and in the list of processes. */
async function readSecret({ host, secretFile }: AddOptions): Promise<string> {
  if (!hasSecret(host)) return ''
  const secret = secretFile === undefined ? '' : (await readFile(secretFile, 'utf8')).trim()
  if (secret.length < SECRET_MIN_CHARS)
    throw new CommandRefused(
      `${host} needs a secret of at least ${SECRET_MIN_CHARS} characters in --secret-file`,
    )
  return secret
}

/** The shortest that one of these consoles makes; what is shorter was typed by hand. */
const SECRET_MIN_CHARS = 16

async function listHosts(context: Context, code: string): Promise<void> {
  const { id: shopId, merchantId } = await getShop(context, code)
  const accounts = await listHostAccounts(context.database, { merchantId, shopId })
  const rows = accounts.map(({ id, host, disabledAt, settings }) => [
    ...[id, host, disabledAt === null ? 'open' : `disabled ${disabledAt.toISOString()}`],
    Object.entries(settings)
      .filter(([name]) => name !== 'publicKeyPem')
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  ])
  console.log(formatTable([['id', 'host', 'state', 'settings'], ...rows]))
}

async function disableHost(context: Context, id: string): Promise<void> {
  const account = await findHostAccount(context.database, id)
  if (account === null) throw new CommandRefused(`there is no host account ${id}`)
  const at = context.now()
  await context.inTransaction(async (tx) => {
    if (!(await disableHostAccount(tx, { id, at }))) return
    await recordAudit(tx, at, actOf(account, 'host.disabled'))
  })
  console.log(`${account.host} account ${id} is disabled`)
}

function actOf({ id, merchantId, host }: HostAccount, act: string) {
  return { merchantId, actor: OPERATOR, act, object: `host_account:${id}`, facts: { host } }
}
