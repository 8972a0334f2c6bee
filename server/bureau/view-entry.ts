import { type Account, availableFen } from './accounts.ts'
import type { ChannelState, Numbered, Refused } from './records.ts'
import { REFUSALS, type RefusalName } from './refusals.ts'

export type Entry = Numbered | Refused

const MIN_POLL_MS = 500
const MAX_POLL_MS = 5_000

const OFFLINE_MESSAGES: Readonly<Record<Exclude<ChannelState, 'online'>, string>> = {
  1101: '电子税务局登录已失效，请重新登录',
  1102: '需要开票员扫脸完成实人认证',
  420: '需要短信验证码登录电子税务局',
  430: '需要人脸认证登录电子税务局',
}

/** What issue and query say about a sheet the bureau has taken in; time alone moves it on. */
export function viewEntry(entry: Entry, nowMs: number) {
  const { serial } = entry
  if (entry.t === 'refused') return { serial, ...viewRejection(entry) }
  if (nowMs < entry.dueMs) {
    const pollAfterMs = Math.min(MAX_POLL_MS, Math.max(MIN_POLL_MS, entry.dueMs - nowMs))
    return { serial, state: 'accepted', pollAfterMs }
  }
  const { number, netFen, taxFen, grossFen } = entry
  const buyer = { name: entry.buyerName, taxId: entry.buyerTaxId }
  return { serial, state: 'issued', number, issuedAt: instant(entry.dueMs), netFen, taxFen, grossFen, buyer }
}

/** A row of the bureau's own list, for reconciliation and for the page. */
export function viewLedgerRow(entry: Entry, nowMs: number) {
  const view = { ...viewEntry(entry, nowMs), receivedAt: instant(entry.atMs) }
  if (entry.t === 'refused') return view
  const { orderNumbers, kind, sellerTaxId, buyerName, buyerTaxId, netFen, taxFen, grossFen } = entry
  const usage = entry.usage ?? 'none'
  return {
    ...view,
    colour: 'blue',
    usage,
    orderNumbers,
    kind,
    sellerTaxId,
    buyerName,
    buyerTaxId,
    netFen,
    taxFen,
    grossFen,
  }
}

/** Code and sentence of a refusal, with the JSON pointer of the field where one is to blame. */
export function refusalOf(why: RefusalName, field?: string) {
  const { code, message } = REFUSALS[why]
  return { code, message: field === undefined ? message : `${message}（${field}）` }
}

export function viewRefusal(serial: string | null, why: RefusalName, field?: string) {
  return { serial, ...viewRejection(refusalOf(why, field)) }
}

export function viewOffline(serial: string, channel: Exclude<ChannelState, 'online'>) {
  return { serial, state: 'held', code: channel, message: OFFLINE_MESSAGES[channel] }
}

export function viewCreditExhausted(serial: string, account: Account, requestedFen: number) {
  const available = availableFen(account)
  const message = `发票额度不足：本次需要 ${yuan(requestedFen)} 元，剩余 ${yuan(available)} 元`
  return { serial, state: 'held', code: '2201', message, requestedFen, availableFen: available }
}

export function viewSession(channel: ChannelState, scan: { url: string; expiresMs: number }) {
  if (channel === 'online') return { state: 'online' }
  const { url, expiresMs } = scan
  const message = OFFLINE_MESSAGES[channel]
  return { state: 'offline', code: channel, message, scanUrl: url, scanExpiresAt: instant(expiresMs) }
}

export function viewCredit(account: Account) {
  const { taxId, month, lineFen, usedFen } = account
  return { account: taxId, month, lineFen, usedFen, availableFen: availableFen(account) }
}

export function yuan(fen: number): string {
  const digits = Math.abs(fen).toString().padStart(3, '0')
  return `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** SIM5: a data anomaly carries the risk level the bureau saw. */
function viewRejection({ code, message }: { code: string; message: string }) {
  const rejection = { state: 'rejected', code, message }
  return code === REFUSALS.data_anomaly.code ? { ...rejection, riskLevel: 'high' } : rejection
}

export function instant(atMs: number): string {
  return new Date(atMs).toISOString()
}
