import type { SessionRole } from './roles.ts'

const AGENT = [
  'orders.read',
  'orders.search',
  'orders.reveal',
  'requests.write',
  'invoices.read',
  'invoices.send',
  'replies.write',
  'links.write',
  'titles.search',
  'tickets.write',
  'tickets.read',
] as const

const READER = ['orders.read', 'orders.search', 'invoices.read', 'reviews.read'] as const

/**
 * The permission table (S0-53): what a session may do, by its role. Every session may read its own invoices.
 * Who decides reviews cannot ask for invoices, and who asks cannot decide.
 */
const BY_ROLE = {
  agent: AGENT,
  senior_agent: [...AGENT, 'reviews.read'],
  finance: [...READER, 'reviews.decide', 'reports.read', 'titles.search'],
  auditor: [...READER, 'reports.read'],
  ops: ['invoices.read'],
  shop_admin: [...READER, 'staff.manage'],
  customer: [
    'orders.read',
    'orders.prove',
    'requests.write',
    'invoices.read',
    'invoices.send',
    'titles.search',
    'tickets.write',
  ],
} as const satisfies Record<SessionRole, readonly string[]>

export type SessionScope = (typeof BY_ROLE)[SessionRole][number]

export function scopesOf(role: SessionRole): readonly SessionScope[] {
  return BY_ROLE[role]
}

/** What a merchant may register a key for. Words are forever: keys and tokens carry them. */
export const API_SCOPES = ['orders', 'imports', 'links', 'invoices', 'reports', 'audit', 'sessions'] as const
export type ApiScope = (typeof API_SCOPES)[number]
