import { type Static, Type } from 'typebox'
import { SessionView } from './sessions.ts'
import { Id, Instant, nullable, oneOf, shape } from './shape.ts'

/** `POST /v1/staff/log-in`, the first step. */
export const LogIn = shape({
  login: Type.String({ minLength: 1, maxLength: 100 }),
  password: Type.String({ minLength: 1, maxLength: 200 }),
})
export type LogIn = Static<typeof LogIn>

export const LogInStep = Type.Object({
  /** For the second step and nothing else; keep it in memory only. */
  logInToken: Type.String(),
  expiresAt: Instant,
})
export type LogInStep = Static<typeof LogInStep>

/** `POST /v1/staff/sessions`, the second step. The code is of the authenticator, or one of the recovery codes. */
export const LogInCode = shape({
  logInToken: Type.String({ minLength: 1, maxLength: 100 }),
  code: Type.String({ minLength: 1, maxLength: 20 }),
})
export type LogInCode = Static<typeof LogInCode>

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

/** A log-in of one's own, open or over. */
export const LoggedInView = Type.Object({
  id: Id,
  /** Browser and system; `?` where they said nothing. */
  device: Type.String(),
  /** Of the network; its last part was never kept. */
  address: Type.String(),
  createdAt: Instant,
  /** At most 15 minutes before its last request. */
  lastUsedAt: Instant,
  isOpen: Type.Boolean(),
  /** The one that asks. */
  isOwn: Type.Boolean(),
})
export type LoggedInView = Static<typeof LoggedInView>
/** `GET /v1/staff/sessions`: those of the last 30 days, newest first. */
export const LoggedInList = Type.Object({ items: Type.Array(LoggedInView) })

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
