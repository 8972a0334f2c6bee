import { createHash } from 'node:crypto'

export type PageToSign = {
  readonly ticket: string
  readonly nonceStr: string
  /** As it is told to the page: seconds for 企业微信, milliseconds for 飞书. */
  readonly timestamp: string
  /** Without its fragment. */
  readonly url: string
}

/** SHA-1 over the four values, raw and in this order (facts/hosts-and-embed.md §1.7, §1.9). */
export function signPage({ ticket, nonceStr, timestamp, url }: PageToSign): string {
  const text = `jsapi_ticket=${ticket}&noncestr=${nonceStr}&timestamp=${timestamp}&url=${url}`
  return createHash('sha1').update(text, 'utf8').digest('hex')
}
