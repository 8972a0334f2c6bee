import { isFlag, isText, listOf, orNull, readJson, record } from '../api/read.ts'

/** How the shop looks, put into the page by the server, so that the first paint has its name and colour. */
export type ShopMeta = {
  code: string
  name: string
  accent: string
  logoUrl: string | null
  merchantName: string
  allowedOrigins: string[]
  isDemo: boolean
}

const isShopMeta = record({
  code: isText,
  name: isText,
  accent: isText,
  logoUrl: orNull(isText),
  merchantName: isText,
  allowedOrigins: listOf(isText),
  isDemo: isFlag,
})

/** From `<meta name="fapiao-shop">`, or null where the server put none. */
export function readShopMeta(page: Document = document): ShopMeta | null {
  const content = page.querySelector('meta[name="fapiao-shop"]')?.getAttribute('content')
  const meta = content ? readJson(content) : null
  return isShopMeta(meta) ? meta : null
}
