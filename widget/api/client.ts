import { type Call, createCall } from './call.ts'
import { type FollowDeps, pageWakes } from './follow.ts'
import { createLive } from './live.ts'
import { createSession, type Session, withSession } from './session.ts'

/** Everything a page needs to speak with the server; made once, in the page's entry file. */
export type Client = FollowDeps & {
  readonly session: Session
  /** Renews the session before, and recovers it after a refusal. */
  readonly call: Call
  /** Leaves the session alone: for the exchanges that make one, also inside `onExpired`. */
  readonly bareCall: Call
}

export type ClientOptions = { language(): string; now?: () => number }

/** A client for the origin that served this page. */
export function createClient({ language, now = Date.now }: ClientOptions): Client {
  const session = createSession(now)
  const bareCall = createCall({
    fetch: (input, init) => fetch(input, init),
    bearer: session.bearer,
    language,
  })
  const live = createLive({
    open: () => new WebSocket(`${location.origin.replace(/^http/, 'ws')}/v1/live`),
    bearer: session.bearer,
    random: Math.random,
  })
  return { session, call: withSession(session, bareCall, now), bareCall, live, wakes: pageWakes }
}
