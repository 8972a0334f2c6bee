import { foldWidth } from './characters.ts'

/** What a title can say, wherever it was read. */
export type PastedField = 'name' | 'taxId' | 'address' | 'phone' | 'bankName' | 'bankAccount' | 'email'

/** A piece of a text by its UTF-16 offsets, end exclusive. */
export type Span = { readonly start: number; readonly end: number }

const PHONE_AT_END =
  /(?:(?:\+?86|0086)[ -]?)?(?:1[3-9]\d{9}|0\d{2,3}[- ]?\d{7,8}|[48]00[- ]?\d{3}[- ]?\d{4})$/
const SHORT_PHONE_AT_END = /[ |]\d{3,4}[ -]?\d{4}$/
/** Bounded, since every start is tried: an account has at most 32 digits (facts/invoicing.md §1.4). */
const ACCOUNT_AT_END = /\d(?:[ -]?\d){7,31}$/

/** Where white space and separators end and begin again. */
export function trimmed(text: string, { start, end }: Span): Span {
  const isEdge = (index: number) => /[\s|,;:、，；：→]/.test(text.charAt(index))
  let from = start
  let to = end
  while (from < to && isEdge(from)) from++
  while (to > from && isEdge(to - 1)) to--
  return { start: from, end: to }
}

function split(text: string, tail: RegExpExecArray | null): { head: Span; tail: Span | null } {
  const cut = tail?.index ?? text.length
  return {
    head: trimmed(text, { start: 0, end: cut }),
    tail: tail ? trimmed(text, { start: cut, end: text.length }) : null,
  }
}

/** 地址、电话 in one: `某路1号|021-00000000`, or glued by a space or by nothing. */
export function splitAddressPhone(text: string): { head: Span; tail: Span | null } {
  const plain = foldWidth(text)
  return split(text, /\|[^|]*\d$/.exec(plain) ?? PHONE_AT_END.exec(plain) ?? SHORT_PHONE_AT_END.exec(plain))
}

/** 开户行及账号 in one: the digits at the end are the account. */
export function splitBankAccount(text: string): { head: Span; tail: Span | null } {
  return split(text, ACCOUNT_AT_END.exec(foldWidth(text)))
}
