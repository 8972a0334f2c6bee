import { isIP } from 'node:net'
import { isPublicAddress } from './public-address.ts'

/** What of the outside may be called; everything else is refused. */
export type OutsideRules = {
  /** Ports of public hosts, 443 as a rule. */
  readonly ports: readonly number[]
  /** `host:port` of the operator's own network: neither the address nor `http:` is refused there. */
  readonly privateHosts: readonly string[]
}

export type Target = {
  readonly url: URL
  /** Without brackets. */
  readonly host: string
  readonly port: number
  /** Named by the operator: its addresses are not judged. */
  readonly isNamed: boolean
}

export type TargetFault =
  | 'not_a_url'
  | 'too_long'
  | 'odd_characters'
  | 'scheme_refused'
  | 'user_info_refused'
  | 'fragment_refused'
  | 'port_refused'
  | 'address_refused'

export const URL_MAX_CHARS = 2_048

/** Spaces, controls and backslashes, which `URL` would quietly drop or turn. */
const ODD = /[^\x21-\x5b\x5d-\x7e]/

/**
 * The address someone gave us, judged before anything is looked up (facts of trust §6). `URL` parses the host
 * once and turns `0x7f.1`, `127.1` and full-width digits into plain addresses, so they are judged as such.
 */
export function readTarget(text: string, rules: OutsideRules): Target | TargetFault {
  const fault = faultOfText(text)
  if (fault !== null) return fault
  const url = URL.parse(text)
  if (url === null || url.hostname === '') return 'not_a_url'
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'scheme_refused'

  const port = url.port === '' ? DEFAULT_PORTS[url.protocol] : Number(url.port)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const isNamed = rules.privateHosts.includes(`${url.hostname}:${port}`)
  const target = { url, host, port, isNamed }
  return isNamed ? target : (faultOfPublic(target, rules) ?? target)
}

function faultOfText(text: string): TargetFault | null {
  if (text.length > URL_MAX_CHARS) return 'too_long'
  if (ODD.test(text)) return 'odd_characters'
  if (/^[a-z]+:\/*[^/?#]*@/i.test(text)) return 'user_info_refused'
  return text.includes('#') ? 'fragment_refused' : null
}

function faultOfPublic({ url, host, port }: Target, { ports }: OutsideRules): TargetFault | null {
  if (url.protocol !== 'https:') return 'scheme_refused'
  if (!ports.includes(port)) return 'port_refused'
  return isIP(host) !== 0 && !isPublicAddress(host) ? 'address_refused' : null
}

const DEFAULT_PORTS = { 'https:': 443, 'http:': 80 } as const
