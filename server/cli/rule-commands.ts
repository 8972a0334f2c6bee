import type { Command } from 'commander'
import { readProcessConfig } from '../config.ts'
import { RULES, RULES_VERSION } from '../invoicing/rules/rules.ts'
import { formatTable } from './print.ts'

export function addRuleCommands(program: Command): void {
  const rule = program.command('rule').description('rules: what is checked before an invoice is sent')

  rule
    .command('list')
    .description('list every rule with its problem code, whether it applies here, and its basis')
    .addHelpText('after', '\nExample:\n  npm run cli -- rule list')
    .action(() => {
      const { off } = readProcessConfig().rules
      const rows = RULES.map(({ id, code, isConfigurable = false, since, basis }) => [
        id,
        code,
        isConfigurable && off.includes(id) ? 'off' : 'on',
        since,
        basis,
      ])
      const table = formatTable([['RULE', 'CODE', 'HERE', 'SINCE', 'BASIS'], ...rows])
      console.log(`rule set ${RULES_VERSION}\n${table}`)
    })
}
