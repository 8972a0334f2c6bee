import { unreadable } from './decode.ts'

/** What an XML text is made of, names without their prefix. An empty element opens and closes. */
export type XmlHandler = {
  open(name: string, attribute: (name: string) => string | null): void
  close(name: string): void
  text(text: string): void
}

const MAX_DEPTH = 64
// A tag or comment this long is no spreadsheet's.
const MAX_MARKUP_CHARS = 64 * 1024

/**
 * Reads XML in pieces: elements, attributes, text, CDATA, the five named entities and character references.
 * A document type, and with it every declared or external entity, is refused (`import_file_unreadable`).
 */
export async function readXml(bytes: AsyncIterable<Buffer>, handler: XmlHandler): Promise<void> {
  for await (const _ of xmlSteps(bytes, handler));
}

/** The same, pausing after each piece, so that the caller can pass on what the handler collected. */
export async function* xmlSteps(bytes: AsyncIterable<Buffer>, handler: XmlHandler): AsyncGenerator<void> {
  const reader = createReader(handler)
  for await (const piece of decodeXml(bytes)) {
    reader.push(piece)
    yield
  }
  reader.finish()
  yield
}

async function* decodeXml(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | null = null
  try {
    for await (const chunk of bytes) {
      // A chunk of a deflate stream is never one byte at its start, save in an entry that is no XML at all.
      decoder ??= new TextDecoder(xmlEncoding(chunk), { fatal: true })
      yield decoder.decode(chunk, { stream: true })
    }
    if (decoder !== null) yield decoder.decode()
  } catch (cause) {
    throw cause instanceof TypeError ? unreadable('encoding', cause) : cause
  }
}

function xmlEncoding(head: Buffer): string {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  return 'utf-8'
}

function createReader(handler: XmlHandler) {
  const stack: string[] = []
  let rest = ''

  const close = (markup: string): void => {
    const name = localName(markup.slice(1).trimEnd())
    if (stack.pop() !== name) throw unreadable('xml')
    handler.close(name)
  }

  const open = (markup: string): void => {
    const isEmpty = markup.endsWith('/')
    const inside = isEmpty ? markup.slice(0, -1) : markup
    const name = localName(/^[^\s]*/.exec(inside)?.[0] ?? inside)
    if (stack.length >= MAX_DEPTH) throw unreadable('xml')
    handler.open(name, (wanted) => findAttribute(inside, wanted))
    if (isEmpty) handler.close(name)
    else stack.push(name)
  }

  const take: Readonly<Record<Token['kind'], (body: string) => void>> = {
    element: (body) => (body.startsWith('/') ? close(body) : open(body)),
    text: (body) => handler.text(unescapeXml(body)),
    cdata: (body) => handler.text(body),
    skip: () => {},
  }

  const push = (piece: string): void => {
    rest += piece
    let at = 0
    for (let token = cutToken(rest, at); token !== null; token = cutToken(rest, at)) {
      take[token.kind](token.body)
      at = token.end
    }
    rest = rest.slice(at)
  }

  return {
    push,
    finish(): void {
      if (stack.length > 0 || rest.trim() !== '') throw unreadable('xml')
    },
  }
}

type Token = {
  readonly kind: 'text' | 'element' | 'cdata' | 'skip'
  readonly body: string
  readonly end: number
}

/** The token at `at`, or null when it is not complete yet. */
function cutToken(text: string, at: number): Token | null {
  if (at >= text.length) return null
  if (text[at] !== '<') return cutText(text, at)
  if (text.startsWith('<?', at)) return cutUntil(text, at, { open: '<?', close: '?>', kind: 'skip' })
  if (text.startsWith('<!--', at)) return cutUntil(text, at, { open: '<!--', close: '-->', kind: 'skip' })
  if (text.startsWith('<![CDATA[', at)) {
    return cutUntil(text, at, { open: '<![CDATA[', close: ']]>', kind: 'cdata' })
  }
  if (text[at + 1] !== '!') return cutElement(text, at)
  const isUndecided = text.length - at < 9 && isPrefixOfDeclaration(text.slice(at))
  if (isUndecided) return null
  throw unreadable('doctype')
}

function isPrefixOfDeclaration(head: string): boolean {
  return '<!--'.startsWith(head) || '<![CDATA['.startsWith(head)
}

// Text is only passed on whole: a reference may be cut in two, and a cell is short.
function cutText(text: string, at: number): Token | null {
  const end = text.indexOf('<', at)
  if (end !== -1) return { kind: 'text', body: text.slice(at, end), end }
  if (text.length - at > MAX_MARKUP_CHARS) throw unreadable('xml')
  return null
}

type Bounds = { readonly open: string; readonly close: string; readonly kind: Token['kind'] }

function cutUntil(text: string, at: number, { open, close, kind }: Bounds): Token | null {
  const end = text.indexOf(close, at + open.length)
  if (end !== -1) return { kind, body: text.slice(at + open.length, end), end: end + close.length }
  if (text.length - at > MAX_MARKUP_CHARS) throw unreadable('xml')
  return null
}

function cutElement(text: string, at: number): Token | null {
  let end = text.indexOf('>', at)
  // `>` is allowed in an attribute: the tag ends where its quotes are closed.
  while (end !== -1 && hasOpenQuote(text, at, end)) end = text.indexOf('>', end + 1)
  if (end !== -1) return { kind: 'element', body: text.slice(at + 1, end), end: end + 1 }
  if (text.length - at > MAX_MARKUP_CHARS) throw unreadable('xml')
  return null
}

function hasOpenQuote(text: string, from: number, to: number): boolean {
  let quote = ''
  for (let at = from; at < to; at += 1) {
    const mark = text[at] ?? ''
    if (quote === '' && (mark === '"' || mark === "'")) quote = mark
    else if (mark === quote) quote = ''
  }
  return quote !== ''
}

function localName(name: string): string {
  const colon = name.indexOf(':')
  return colon === -1 ? name : name.slice(colon + 1)
}

const ATTRIBUTE = /([^\s=/]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

function findAttribute(markup: string, wanted: string): string | null {
  for (const [, name = '', double, single] of markup.matchAll(ATTRIBUTE)) {
    if (localName(name) === wanted) return unescapeXml(double ?? single ?? '')
  }
  return null
}

const NAMED = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
])

function unescapeXml(text: string): string {
  if (!text.includes('&')) return text
  return text.replaceAll(/&([^;&]{0,12});?/g, (_, name: string) => NAMED.get(name) ?? character(name))
}

function character(name: string): string {
  const match = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name)
  const code = match === null ? Number.NaN : Number.parseInt(match[1] ?? match[2] ?? '', match[1] ? 16 : 10)
  const isScalar = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
  if (!isScalar) throw unreadable('xml')
  return String.fromCodePoint(code)
}
