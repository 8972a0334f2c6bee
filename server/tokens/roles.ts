/** Who works for a merchant. A launch token knows `agent` alone; the others come from a staff login. */
export const STAFF_ROLES = ['agent', 'senior_agent', 'finance', 'auditor', 'ops', 'shop_admin'] as const
export type StaffRole = (typeof STAFF_ROLES)[number]

/** Whose session it is. */
export const SESSION_ROLES = [...STAFF_ROLES, 'customer'] as const
export type SessionRole = (typeof SESSION_ROLES)[number]

export function isStaffRole(value: unknown): value is StaffRole {
  return STAFF_ROLES.some((role) => role === value)
}

/**
 * Whose eyes a session looks with: staff see what belongs to their merchant, customers what is proven to be
 * theirs. What anybody may do is another matter: that is decided by scopes.
 */
export function sideOf(role: SessionRole): 'agent' | 'customer' {
  return role === 'customer' ? 'customer' : 'agent'
}
