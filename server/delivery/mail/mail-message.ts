import { readMailAddress } from './mail-address.ts'

export type MailAttachment = {
  readonly fileName: string
  readonly mediaType: string
  readonly bytes: Uint8Array
}

/** One mail to one person. Plain values only: nothing in it is parsed as a header or an address list. */
export type MailMessage = {
  /** With its angle brackets; the same for every attempt of one delivery. */
  readonly messageId: string
  readonly from: { readonly name: string; readonly address: string }
  readonly replyTo: string | null
  readonly to: string
  readonly subject: string
  readonly language: 'zh-CN' | 'en'
  readonly text: string
  readonly html: string
  readonly attachments: readonly MailAttachment[]
}

/** Larger than this and big Chinese mail services refuse; counted before base64. */
export const MAX_ATTACHMENTS_BYTES = 7 * 1024 * 1024
const MAX_HEADER_LENGTH = 400

/** Whatever a parser may take for the end of a line, and NUL, where some stop reading. */
const LINE_BREAKS = /[\r\n\0\u0085\u2028\u2029\v\f]/
/** RFC 2047: plain ASCII that a mail program would decode into anything, line breaks included. */
const ENCODED_WORD = /=\?[^?\s]*\?[bq]\?/i

/**
 * The first field that must not go into a mail, or null. Refused: CR, LF, NUL, U+0085, U+2028, U+2029 (and VT,
 * FF) and encoded words in whatever becomes a header, anything but one plain address, and attachments above the bound. Text that
 * was meant to add a header is refused, never repaired: nobody types it by accident.
 */
export function findMailFault(message: MailMessage): string | null {
  const { messageId, from, replyTo, to, subject, attachments } = message
  const headers: [string, string][] = [
    ['subject', subject],
    ['from.name', from.name],
    ...attachments.flatMap(({ fileName, mediaType }): [string, string][] => [
      ['attachments.fileName', fileName],
      ['attachments.mediaType', mediaType],
    ]),
  ]
  const badHeader = headers.find(([, value]) => !isHeaderText(value))
  if (badHeader !== undefined) return badHeader[0]
  if (readMailAddress(to) === null) return 'to'
  if (readMailAddress(from.address) === null) return 'from.address'
  if (replyTo !== null && readMailAddress(replyTo) === null) return 'replyTo'
  if (!/^<[A-Za-z0-9._-]{1,128}@[A-Za-z0-9.-]{1,128}>$/.test(messageId)) return 'messageId'
  if (!attachments.every(({ mediaType }) => /^[a-z]+\/[a-z0-9.+-]+$/.test(mediaType)))
    return 'attachments.mediaType'
  const size = attachments.reduce((sum, { bytes }) => sum + bytes.byteLength, 0)
  return size > MAX_ATTACHMENTS_BYTES ? 'attachments' : null
}

function isHeaderText(value: string): boolean {
  return value.length <= MAX_HEADER_LENGTH && !LINE_BREAKS.test(value) && !ENCODED_WORD.test(value)
}
