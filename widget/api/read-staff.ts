import type { StaffSelf, StaffSession, StaffView } from '../../server/contract/staff.ts'
import { type Guard, isText, oneOf, orNull, record } from './read.ts'
import { isSessionView } from './read-replies.ts'

const isRole = oneOf('agent', 'senior_agent', 'finance', 'auditor', 'ops', 'shop_admin')

const isStaffSelf: Guard<StaffSelf> = record({
  id: isText,
  login: isText,
  role: isRole,
  merchantName: isText,
  merchantId: isText,
  stepUpUntil: orNull(isText),
})

export const isStaffSession: Guard<StaffSession> = record({ session: isSessionView, staff: isStaffSelf })

export const isStaffView: Guard<StaffView> = record({
  id: isText,
  login: isText,
  role: isRole,
  shopId: orNull(isText),
  lockedUntil: orNull(isText),
  disabledAt: orNull(isText),
  lastLoginAt: orNull(isText),
})
