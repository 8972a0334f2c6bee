import { BlockList, isIP } from 'node:net'

/** What is not the public internet: own networks, this host, tests, multicast (RFC 6890; facts of trust §6). */
const V4_REFUSED = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const

/** IPv6 the other way round: a refuse list would miss `::a.b.c.d`, `64:ff9b::/96` and what is not invented yet. */
const V6_ALLOWED = [['2000::', 3]] as const
const V6_REFUSED = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const

type Networks = readonly (readonly [network: string, bits: number])[]

function listOf(networks: Networks, family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList()
  for (const [network, bits] of networks) list.addSubnet(network, bits, family)
  return list
}

const v4Refused = listOf(V4_REFUSED, 'ipv4')
const v6Allowed = listOf(V6_ALLOWED, 'ipv6')
const v6Refused = listOf(V6_REFUSED, 'ipv6')

/** Whether a numeric address, without brackets, is one of the public internet. No address at all is not. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !v4Refused.check(address, 'ipv4')
  if (family !== 6 || address.includes('%')) return false
  return v6Allowed.check(address, 'ipv6') && !v6Refused.check(address, 'ipv6')
}
