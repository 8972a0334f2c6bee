import { type Static, Type } from 'typebox'
import { SessionView } from './sessions.ts'
import { Id, Instant, nullable, oneOf, shape } from './shape.ts'

/** `POST /v1/staff/sessions`. The code is of the authenticator, or one of the recovery codes. */
export const LogIn = shape({
  login: Type.String({ minLength: 1, maxLength: 100 }),
  password: Type.String({ minLength: 1, maxLength: 200 }),
  code: Type.String({ minLength: 1, maxLength: 20 }),
})
export type LogIn = Static<typeof LogIn>

export const STAFF_ROLE_WORDS = ['agent', 'senior_agent', 'finance', 'auditor', 'ops', 'shop_admin'] as const

/** Who is signed in. */
export const StaffSelf = Type.Object({
  id: Id,
  login: Type.String(),
  role: oneOf(STAFF_ROLE_WORDS),
  merchantId: Id,
  merchantName: Type.String(),
  /** Until when approving asks for no new code; null: it does. */
  stepUpUntil: nullable(Instant),
})
export type StaffSelf = Static<typeof StaffSelf>

export const StaffSession = Type.Object({ session: SessionView, staff: StaffSelf })
export type StaffSession = Static<typeof StaffSession>

/** `POST /v1/staff/step-up`: the second factor, shown again. */
export const StepUpAsk = shape({ code: Type.String({ minLength: 6, maxLength: 12 }) })
export const StepUpReply = Type.Object({ until: Instant })
export type StepUpReply = Static<typeof StepUpReply>

/** An account as a shop admin sees it. */
export const StaffView = Type.Object({
  id: Id,
  login: Type.String(),
  role: oneOf(STAFF_ROLE_WORDS),
  shopId: nullable(Id),
  /** Too many wrong tries: nobody signs in before this instant, unless an admin unlocks. */
  lockedUntil: nullable(Instant),
  disabledAt: nullable(Instant),
  lastLoginAt: nullable(Instant),
})
export type StaffView = Static<typeof StaffView>
export const StaffList = Type.Object({ items: Type.Array(StaffView) })
