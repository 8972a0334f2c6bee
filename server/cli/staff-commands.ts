import { randomInt } from 'node:crypto'
import { type Command, Option } from 'commander'
import QRCode from 'qrcode'
import {
  addStaff,
  changeRole,
  disableStaff,
  type Enrolment,
  openLogin,
  resetPassword,
  resetTotp,
  unlockStaff,
} from '../staff/change-staff.ts'
import { indexOfLogin } from '../staff/log-in.ts'
import { findStaffByLogin, listStaff } from '../staff/staff.store.ts'
import type { Staff } from '../staff/staff.ts'
import { STAFF_ROLES, type StaffRole } from '../tokens/roles.ts'
import { type Context, OPERATOR, withContext } from './context.ts'
import { CommandRefused } from './explain-error.ts'
import { formatTable } from './print.ts'

/** Accounts of the console. Passwords are made here and shown once: none is ever typed into a command line. */
export function addStaffCommands(program: Command): void {
  const staff = program.command('staff').description('staff: who signs in to the console')
  addMaking(staff)
  addChanging(staff)
}

const roleOption = () => new Option('--role <role>', 'what the person does').choices(STAFF_ROLES)

function addMaking(staff: Command): void {
  staff
    .command('add')
    .description('make an account; password, authenticator code and recovery codes are shown once')
    .argument('<login>', 'name@merchant, e.g. li.na@youyi')
    .requiredOption('--merchant <taxId>', 'tax id of the merchant')
    .addOption(roleOption().makeOptionMandatory())
    .option('--shop <code>', 'of this shop only')
    .option(
      '--subject <id>',
      "what the merchant's launch tokens call the person: nobody reviews an own request",
    )
    .addHelpText(
      'after',
      '\nExample:\n  npm run cli -- staff add li.na@youyi --merchant 91420100MA4KTEXT0N --role finance',
    )
    .action((login: string, options: AddOptions) => withContext((context) => add(context, login, options)))

  staff
    .command('list')
    .description('list the accounts')
    .addHelpText('after', '\nExample:\n  npm run cli -- staff list')
    .action(() => withContext(list))
}

function addChanging(staff: Command): void {
  const change = (
    name: string,
    description: string,
    act: (context: Context, found: Staff) => Promise<void>,
  ) =>
    staff
      .command(name)
      .description(description)
      .argument('<login>', 'the account, see `staff list`')
      .addHelpText('after', `\nExample:\n  npm run cli -- staff ${name} li.na@youyi`)
      .action((login: string) => withContext(async (context) => act(context, await getStaff(context, login))))

  change('disable', 'end an account; its sessions end within seconds', async (context, { id }) => {
    await context.inTransaction((tx) => disableStaff(context, tx, { id, actor: OPERATOR }))
    console.log('the account is disabled')
  })
  change('unlock', 'let somebody try again after too many wrong codes', async (context, found) => {
    const ask = { ...found, actor: OPERATOR, shopId: null }
    await context.inTransaction((tx) => unlockStaff(context, tx, ask))
    console.log('the account is unlocked')
  })
  change(
    'reset-totp',
    'another authenticator; the old one and its recovery codes end',
    async (context, { id }) => {
      await printEnrolment(
        await context.inTransaction((tx) => resetTotp(context, tx, { id, actor: OPERATOR })),
      )
    },
  )
  change('reset-password', 'a new password, shown once', async (context, { id }) => {
    const password = newPassword()
    await context.inTransaction((tx) => resetPassword(context, tx, { id, actor: OPERATOR, password }))
    console.log(`password  ${password}`)
  })

  staff
    .command('role')
    .description('give an account another role; its sessions end within seconds')
    .argument('<login>', 'the account, see `staff list`')
    .addOption(roleOption().makeOptionMandatory())
    .addHelpText('after', '\nExample:\n  npm run cli -- staff role li.na@youyi --role auditor')
    .action((login: string, { role }: { role: StaffRole }) =>
      withContext(async (context) => {
        const { id } = await getStaff(context, login)
        await context.inTransaction((tx) => changeRole(context, tx, { id, actor: OPERATOR, role }))
        console.log(`the role is ${role}`)
      }),
    )
}

type AddOptions = { merchant: string; role: StaffRole; shop?: string; subject?: string }

async function add(context: Context, login: string, options: AddOptions): Promise<void> {
  const merchant = await context.database.merchant.findUnique({
    where: { taxId: options.merchant },
    include: { shops: true },
  })
  if (merchant === null) throw new CommandRefused(`no merchant has the tax id ${options.merchant}`)
  const shop = merchant.shops.find(({ code }) => code === options.shop)
  if (options.shop !== undefined && shop === undefined) {
    throw new CommandRefused(`the merchant has no shop ${options.shop}`)
  }
  if ((await findStaffByLogin(context.database, indexOfLogin(context, login))) !== null) {
    throw new CommandRefused(`${login} is taken`)
  }
  const password = newPassword()
  const made = {
    merchantId: merchant.id,
    shopId: shop?.id ?? null,
    login,
    role: options.role,
    password,
    launchSubject: options.subject ?? null,
  }
  const enrolment = await context.inTransaction((tx) => addStaff(context, tx, { ...made, actor: OPERATOR }))
  console.log(`password  ${password}`)
  await printEnrolment(enrolment)
}

async function printEnrolment({ totpUri, recoveryCodes }: Enrolment): Promise<void> {
  console.log(`\nScan this with an authenticator app; it is not shown again.\n`)
  console.log(await QRCode.toString(totpUri, { type: 'terminal', small: true, errorCorrectionLevel: 'L' }))
  console.log(`${totpUri}\n\nRecovery codes, each works once:\n  ${recoveryCodes.join('\n  ')}`)
}

async function list(context: Context): Promise<void> {
  const rows = await Promise.all(
    (await listStaff(context.database, null)).map(async (staff) => [
      await openLogin(context, staff),
      staff.role,
      staff.disabledAt === null ? 'active' : 'disabled',
      staff.lastLoginAt?.toISOString() ?? 'never',
    ]),
  )
  console.log(formatTable([['login', 'role', 'state', 'last login'], ...rows]))
}

async function getStaff(context: Context, login: string): Promise<Staff> {
  const found = await findStaffByLogin(context.database, indexOfLogin(context, login))
  if (found === null) throw new CommandRefused(`there is no account ${login}; see \`staff list\``)
  return found
}

const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'

/** Sixteen letters that are not mistaken for each other: 79 bits. */
export function newPassword(): string {
  const part = () => Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join('')
  return [part(), part(), part(), part()].join('-')
}
