import { Problem } from '../contract/problem.ts'
import type { CallOutside, OutsideCall } from '../outside/call-outside.ts'

export type AskHost = (ask: HostQuestion) => Promise<HostAnswer>

export type HostQuestion = {
  readonly url: string
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
}

export type HostAnswer = { readonly status: number; readonly body: unknown }

/**
 * A question to a console's own server, through the guard for addresses of others. An answer that is no JSON
 * counts as null. Refuses with `host_unavailable` where none came; the address never gets into the reason, for
 * some consoles want their secret in it.
 */
export function createAskHost(callOutside: CallOutside): AskHost {
  return async ({ url, method = 'GET', headers = {}, json }) => {
    const ask: OutsideCall = { method, url, headers: { 'content-type': 'application/json', ...headers } }
    const body = json === undefined ? undefined : Buffer.from(JSON.stringify(json), 'utf8')
    const outcome = await callOutside(body === undefined ? ask : { ...ask, body })
    if (outcome.kind === 'refused') throw unavailable(outcome.reason)
    if (outcome.kind === 'unanswered') throw unavailable(outcome.cause)
    if (outcome.status >= 500) throw unavailable(`status_${outcome.status}`)
    return { status: outcome.status, body: readJson(outcome.body) }
  }
}

/** The members of an answer; none where it is no object. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

/** `https://host/base` and a path of ours, with what is asked. */
export function addressOf(base: string, path: string, query: Readonly<Record<string, string>> = {}): string {
  const search = new URLSearchParams(query).toString()
  return `${base.replace(/\/+$/, '')}${path}${search === '' ? '' : `?${search}`}`
}

function unavailable(reason: string): Problem {
  return new Problem('host_unavailable', { facts: { reason } })
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return null
  }
}
