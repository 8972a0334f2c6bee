/** What a page may know before any token: how the shop looks, and who may frame it. */
export type PageShop = {
  readonly code: string
  readonly name: string
  readonly merchantName: string
  readonly accent: string
  readonly logoUrl: string | null
  readonly allowedOrigins: readonly string[]
  readonly isDemo: boolean
}

/** The place in the built HTML where the shop goes. */
const MARK = '<!--fapiao-shop-->'

/** Writes the shop into the page's head as one JSON attribute, so that the first paint has its name and colour. */
export function injectShop(html: string, shop: PageShop): string {
  if (!html.includes(MARK)) throw new Error('the built page has no place for the shop')
  const { code, name, merchantName, accent, logoUrl, allowedOrigins, isDemo } = shop
  const json = JSON.stringify({ code, name, merchantName, accent, logoUrl, allowedOrigins, isDemo })
  // A function: in a replacement text `$'` in a name would stand for the rest of the page.
  return html.replace(MARK, () => `<meta name="fapiao-shop" content="${escapeAttribute(json)}">`)
}

function escapeAttribute(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}

/** An origin exactly as a browser writes it: nothing that could smuggle another directive into a header. */
function isPlainOrigin(origin: string): boolean {
  return (
    URL.canParse(origin) && new URL(origin).origin === origin && /^https?:\/\/[a-z0-9.:[\]-]+$/i.test(origin)
  )
}

/** Who may frame the page: the shop's own list, and nobody where the page is not made for frames. */
export function frameAncestors(surface: 'h5' | 'sidebar' | 'embed', shop: PageShop): string {
  const origins = shop.allowedOrigins.filter(isPlainOrigin)
  return surface === 'h5' || origins.length === 0 ? "'none'" : origins.join(' ')
}

/** Everything from our own origin, no inline code, no HTML from strings. */
export function contentSecurityPolicy(ancestors: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${ancestors}`,
    "require-trusted-types-for 'script'",
  ].join('; ')
}
