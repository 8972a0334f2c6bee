/** Markup that was put together by `tag`: its texts are escaped. */
export type Markup = { readonly markup: string }

type Attributes = Readonly<Record<string, string | number>>

const NAMESPACE = 'http://www.ofdspec.org/2016'

/** An element of OFD's namespace. Numbers are millimetres or ids, to a thousandth. */
export function tag(name: string, attributes: Attributes, ...children: (string | Markup)[]): Markup {
  const heads = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeText(textOf(value))}"`)
  const inner = children.map((child) => (typeof child === 'string' ? escapeText(child) : child.markup))
  const open = `<ofd:${name}${heads.join('')}`
  return { markup: inner.length === 0 ? `${open}/>` : `${open}>${inner.join('')}</ofd:${name}>` }
}

/** The element as the root of its own file. */
export function xmlFile(name: string, attributes: Attributes, ...children: (string | Markup)[]): Uint8Array {
  const root = tag(name, { 'xmlns:ofd': NAMESPACE, ...attributes }, ...children)
  return new TextEncoder().encode(`<?xml version="1.0" encoding="UTF-8"?>\n${root.markup}\n`)
}

/** `0.333`, `12`, `-1.5`: as many decimals as a printer can follow. */
export function decimal(value: number): string {
  return String(Math.round(value * 1000) / 1000)
}

function textOf(value: string | number): string {
  return typeof value === 'number' ? decimal(value) : value
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** What XML 1.0 cannot hold at all becomes U+FFFD. */
function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u{20}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)
}
