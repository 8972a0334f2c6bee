import type { SessionView } from '../../server/contract/sessions.ts'
import type { Call } from './call.ts'
import { ApiProblem } from './problems.ts'
import { renewSession } from './renew-session.ts'

/** Fetches a fresh session from wherever the first one came from, or null when nobody can. */
export type Remint = () => Promise<SessionView | null>

/**
 * The session of this page, in memory only: a reload or another tab begins anew. It renews itself before
 * a call when less than five minutes are left, and asks `onExpired` once when the server refuses it.
 */
export type Session = {
  current(): SessionView | null
  bearer(): string | null
  /** Takes a new session: after an exchange, or one that carries a newly proven order. */
  accept(view: SessionView): void
  /** Replaces the callback that mints anew; without one an expired session ends. */
  onExpired(remint: Remint): void
  /** True once the session ended and nothing could renew it. */
  hasEnded(): boolean
  subscribe(listener: () => void): () => void
}

/** Renewed this long before its end, as the server allows (design §7). */
const RENEW_BEFORE_MS = 5 * 60_000

/** Refusals that a new session may cure. In production all of them are `token_invalid`. */
const TOKEN_PROBLEMS: readonly string[] = ['token_missing', 'token_invalid', 'token_expired']

type Held = Session & { end(): void; remint: Remint | null; startedAt: number }

/** Holds the token; `withSession` puts it to work. */
export function createSession(now: () => number = Date.now): Held {
  let view: SessionView | null = null
  let isOver = false
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of [...listeners]) listener()
  }
  const held: Held = {
    remint: null,
    startedAt: 0,
    current: () => view,
    bearer: () => view?.token ?? null,
    accept(next) {
      view = next
      isOver = false
      held.startedAt = now()
      tell()
    },
    onExpired(remint) {
      held.remint = remint
    },
    hasEnded: () => isOver,
    end() {
      isOver = true
      tell()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  return held
}

/**
 * Wraps a call so that its session is alive. Several calls at once share one renewal. After a refusal the
 * call is repeated once with the new token: the first one was not carried out.
 */
export function withSession(session: Held, call: Call, now: () => number = Date.now): Call {
  let renewing: Promise<boolean> | null = null

  const once = (work: () => Promise<SessionView | null>): Promise<boolean> => {
    renewing ??= work()
      .then((next) => {
        if (next) session.accept(next)
        return next !== null
      })
      .finally(() => {
        renewing = null
      })
    return renewing
  }

  const isDue = () => {
    const view = session.current()
    if (view === null) return false
    const leftMs = Date.parse(view.expiresAt) - now()
    // A phone whose clock is wrong would renew before every call: once a minute is enough.
    return leftMs < RENEW_BEFORE_MS && now() - session.startedAt > 60_000
  }

  /** True when there is another token than the refused one to try again with. */
  const recover = async (refused: string | null) => {
    if (session.bearer() !== refused) return true // Another call has been here already.
    const remint = session.remint
    const isBack = remint !== null && (await once(remint).catch(() => false))
    if (!isBack) session.end()
    return isBack
  }

  return async (request) => {
    // A failed renewal is no reason to fail: the old token may still do, and a refusal comes below.
    if (renewing !== null || isDue()) await once(() => renewSession(call)).catch(() => false)
    const token = session.bearer()
    try {
      return await call(request)
    } catch (cause) {
      if (token === null || !isTokenProblem(cause) || !(await recover(token))) throw cause
      return call(request)
    }
  }
}

export function isTokenProblem(cause: unknown): boolean {
  return cause instanceof ApiProblem && TOKEN_PROBLEMS.includes(cause.code)
}
