import type { ShopView } from '../contract/sessions.ts'
import type { Shop } from './shop.ts'

/** What everybody who holds a token of the shop may see. */
export function viewShop(shop: Shop): ShopView {
  const { id, code, name, platform, merchantName, logoUrl, accent, serviceText, selfServiceDays } = shop
  return {
    id,
    code,
    name,
    platform,
    merchantName,
    logoUrl,
    accent,
    serviceText,
    selfServiceDays,
    isDemo: shop.issuerId === 'sandbox',
  }
}
