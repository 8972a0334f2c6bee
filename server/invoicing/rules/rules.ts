import type { FieldFault } from '../../contract/problem.ts'
import { LINE_RULES, MONEY_RULES } from './line-rules.ts'
import type { Rule, Subject } from './rule.ts'
import { TEXT_RULES } from './text-rules.ts'
import { TITLE_RULES } from './title-rules.ts'

/** Kept with every sending: which rules let it through. Raised with each rule that comes, goes or changes. */
export const RULES_VERSION = '1'

/** The pre-flight (S0-22, S0-40): what must hold before a serial exists. */
export const RULES: readonly Rule[] = [...TITLE_RULES, ...TEXT_RULES, ...LINE_RULES, ...MONEY_RULES]

/** Whether a merchant's settings may switch the rule off. */
export function isConfigurable(ruleId: string): boolean {
  return RULES.some((rule) => rule.id === ruleId && rule.isConfigurable === true)
}

/** Everything that stands against an invoice, all at once; each field hears a code once. */
export function runRules(subject: Subject): FieldFault[] {
  const { off } = subject.terms.settings
  const standing = RULES.filter(({ id, isConfigurable }) => !isConfigurable || !off.includes(id))
  const faults = standing.flatMap((rule) => rule.check(subject).map((field) => ({ code: rule.code, field })))
  const seen = new Set<string>()
  return faults.filter(({ code, field }) => {
    const key = `${code} ${field}`
    return !seen.has(key) && seen.add(key)
  })
}
