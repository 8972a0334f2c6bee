import { isStaffRole, type SessionRole } from './roles.ts'

/** A parsed JSON object from outside: nothing about its members is known. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Whom a merchant vouches for; no launch token makes a reviewer. */
export type TokenRole = 'agent' | 'customer'
export type DownloadFormat = 'pdf' | 'ofd' | 'xml' | 'png'
/** What a session began with; `proof` once its first order was proven by hand, `login` with a staff account. */
export type SessionVia = 'launch' | 'order_link' | 'shop_link' | 'proof' | 'login'

/** A merchant vouches for a person. `orders` are order numbers as the merchant writes them. */
export type LaunchClaims = {
  readonly merchant: string
  readonly shop: string | null
  readonly role: TokenRole
  readonly sub: string
  readonly orders: readonly string[]
  /** The web origin that may exchange it; null leaves that open. */
  readonly origin: string | null
  /** The session it opens ends so long after its opening, renewals included; absent: after 12 hours. */
  readonly sessionSeconds?: number
}

/** Who is calling. `orders` are the ids of the orders this person has proven to be theirs. */
export type SessionClaims = {
  readonly merchant: string
  readonly shop: string | null
  readonly role: SessionRole
  readonly sub: string
  readonly scopes: readonly string[]
  readonly orders: readonly string[]
  readonly origin: string | null
  /** The same through all renewals and added orders. */
  readonly sid: string
  readonly via: SessionVia
  /** When it was opened, in seconds: renewals end 12 hours later. */
  readonly since: number
  /** The launch's own bound, counted from `since`; absent where it set none. */
  readonly sessionSeconds?: number
  /** The merchant's key that signed the launch; absent where none did. Its revocation ends the session. */
  readonly voucher?: string
}

/** A QR code or link: to a shop, or to one order of it. `lid` is what a shop revokes it by. */
export type LinkClaims = {
  readonly merchant: string
  readonly shop: string
  readonly order: string | null
  readonly lid: string
}

/** A console showed who its agent is; exchanged for a session once. `account` is the shop's at that console. */
export type EntryClaims = {
  readonly merchant: string
  readonly shop: string
  readonly account: string
  readonly sub: string
}

/** One document in one format. */
export type DownloadClaims = {
  readonly merchant: string
  readonly invoice: string
  readonly doc: string
  readonly format: DownloadFormat
}

/** A merchant's own backend (private-key JWT). */
export type ApiClaims = { readonly merchant: string; readonly scopes: readonly string[] }

export type ClaimsByKind = {
  readonly launch: LaunchClaims
  readonly session: SessionClaims
  readonly link: LinkClaims
  readonly entry: EntryClaims
  readonly download: DownloadClaims
  readonly api: ApiClaims
}

type Guard<T> = (value: unknown) => value is T

/** Bounded so that 50 ids of 36 characters still fit into a token of 4 KiB. */
const LIST_MAX = 50

const matching =
  (rule: RegExp): Guard<string> =>
  (value): value is string =>
    typeof value === 'string' && rule.test(value)

const isId = matching(/^[\x21-\x7e]{1,64}$/)
/** A platform's buyer name may be Chinese; \p{C} holds controls, invisible marks and lone surrogates. */
const isSubject = matching(/^[^\p{C}\p{Zl}\p{Zp}]{1,128}$/u)
const isScope = matching(/^[a-z][a-z_.:-]{0,63}$/)

const isRole = (value: unknown): value is TokenRole => value === 'agent' || value === 'customer'
const isSessionRole = (value: unknown): value is SessionRole => value === 'customer' || isStaffRole(value)
const isFormat = (value: unknown): value is DownloadFormat =>
  value === 'pdf' || value === 'ofd' || value === 'xml' || value === 'png'

const VIAS = ['launch', 'order_link', 'shop_link', 'proof', 'login'] satisfies readonly SessionVia[]
const isVia = (value: unknown): value is SessionVia => VIAS.some((via) => via === value)
const isSecond = (value: unknown): value is number => Number.isSafeInteger(value)
/** Shorter than 5 s a page could not even load; 900 s is the life of one session token. */
const isSessionSeconds = (value: unknown): value is number => isSecond(value) && value >= 5 && value <= 900

const orNull =
  <T>(is: Guard<T>): Guard<T | null> =>
  (value): value is T | null =>
    value === null || is(value)

const listOf =
  <T>(is: Guard<T>): Guard<readonly T[]> =>
  (value): value is readonly T[] =>
    Array.isArray(value) &&
    value.length <= LIST_MAX &&
    value.every(is) &&
    new Set(value).size === value.length

const isIdOrNull = orNull(isId)
const isIds = listOf(isId)
const isScopes = listOf(isScope)

/** `URL` takes `*`, `;` and `'` in a host, which a content security policy would read as its own. */
const ORIGIN = /^https?:\/\/([\w-]+(\.[\w-]+)*|\[[\da-f:]+\])(:\d+)?$/

/** A web origin exactly as browsers write it: no path, no default port, no upper case; never `null`. */
export function isOrigin(value: unknown): value is string {
  if (typeof value !== 'string' || !ORIGIN.test(value)) return false
  return URL.parse(value)?.origin === value
}
const isOriginOrNull = orNull(isOrigin)

/** Written by merchants: what is optional may be left out. */
export function readLaunchClaims(payload: JsonObject): LaunchClaims | null {
  const { merchant, shop = null, role, sub, orders = [], origin = null, sessionSeconds } = payload
  if (!isId(merchant) || !isIdOrNull(shop) || !isRole(role)) return null
  if (!isSubject(sub) || !isIds(orders) || !isOriginOrNull(origin)) return null
  return withLimit({ merchant, shop, role, sub, orders, origin }, sessionSeconds)
}

/** Written by us: every member but the limit stands there, if only as null. */
export function readSessionClaims(payload: JsonObject): SessionClaims | null {
  const { merchant, shop, role, sub, scopes, orders, origin, sid, via, since } = payload
  const { sessionSeconds, voucher } = payload
  if (!isId(merchant) || !isIdOrNull(shop) || !isSessionRole(role) || !isSubject(sub)) return null
  if (!isScopes(scopes) || !isIds(orders) || !isOriginOrNull(origin) || !isId(sid)) return null
  if (!isVia(via) || !isSecond(since)) return null
  if (voucher !== undefined && !isId(voucher)) return null
  const claims = { merchant, shop, role, sub, scopes, orders, origin, sid, via, since }
  return withLimit(voucher === undefined ? claims : { ...claims, voucher }, sessionSeconds)
}

/** The claims with their session's limit, where they have one; null where it is none. */
function withLimit<C extends object>(
  claims: C,
  sessionSeconds: unknown,
): C | (C & { sessionSeconds: number }) | null {
  if (sessionSeconds === undefined) return claims
  return isSessionSeconds(sessionSeconds) ? { ...claims, sessionSeconds } : null
}

export function readLinkClaims(payload: JsonObject): LinkClaims | null {
  const { merchant, shop, order, lid } = payload
  if (!isId(merchant) || !isId(shop) || !isIdOrNull(order) || !isId(lid)) return null
  return { merchant, shop, order, lid }
}

export function readEntryClaims(payload: JsonObject): EntryClaims | null {
  const { merchant, shop, account, sub } = payload
  if (!isId(merchant) || !isId(shop) || !isId(account) || !isSubject(sub)) return null
  return { merchant, shop, account, sub }
}

export function readDownloadClaims(payload: JsonObject): DownloadClaims | null {
  const { merchant, invoice, doc, format } = payload
  if (!isId(merchant) || !isId(invoice) || !isId(doc) || !isFormat(format)) return null
  return { merchant, invoice, doc, format }
}

export function readApiClaims(payload: JsonObject): ApiClaims | null {
  const { merchant, scopes } = payload
  if (!isId(merchant) || !isScopes(scopes)) return null
  return { merchant, scopes }
}
