import { describe, expect, test } from 'vitest'
import { hasProvenAll, surfaceOf } from '../../../server/invoicing/authorise.ts'
import type { Grant, SessionGrant } from '../../../server/tokens/grant.ts'

const session = (changes: Partial<SessionGrant>): Grant => ({
  kind: 'session',
  merchantId: 'm',
  shopId: null,
  role: 'customer',
  subject: 's',
  scopes: [],
  orderIds: [],
  origin: null,
  sid: 'sid',
  via: 'proof',
  since: new Date(0),
  expiresAt: new Date(0),
  kid: 'k',
  ...changes,
})

describe('where a grant asks from', () => {
  test.for([
    ['agent', 'launch', 'sidebar'],
    ['senior_agent', 'login', 'sidebar'],
    ['finance', 'login', 'sidebar'],
    ['customer', 'launch', 'embed'],
    ['customer', 'order_link', 'h5'],
    ['customer', 'proof', 'h5'],
  ] as const)('a session of role %s, opened by %s, stands in the %s', ([role, via, surface]) => {
    expect(surfaceOf(session({ role, via }))).toBe(surface)
  })
})

test('a customer has proven all only with every order, and staff need not prove', () => {
  expect(hasProvenAll(session({ orderIds: ['a', 'b'] }), ['a', 'b'])).toBe(true)
  expect(hasProvenAll(session({ orderIds: ['a'] }), ['a', 'b'])).toBe(false)
  expect(hasProvenAll(session({ role: 'agent' }), ['a', 'b'])).toBe(true)
})
