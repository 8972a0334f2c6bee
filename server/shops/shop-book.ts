import type { Shop } from './shop.ts'

export type ShopBookDeps = {
  readShopByCode(code: string): Promise<Shop | null>
  readShopsOf(merchantId: string): Promise<readonly Shop[]>
  now(): Date
}

/** Shops as of at most five seconds ago; a change of a setting needs no restart. */
export type ShopBook = {
  /** Of whichever merchant. Null: unknown. */
  findShopByCode(code: string): Promise<Shop | null>
  /** Null: unknown, or another merchant's. */
  findShop(merchantId: string, id: string): Promise<Shop | null>
  findShopsOf(merchantId: string): Promise<readonly Shop[]>
}

const FRESH_MS = 5_000
/** About 1 kB each; the oldest reading goes. */
const READINGS_MAX = 1_000

/** Every page and every session asks for its shop, and hardly any of them ever changes. */
export function createShopBook(deps: ShopBookDeps): ShopBook {
  const byCode = createReadings(deps.now, deps.readShopByCode)
  const byMerchant = createReadings(deps.now, deps.readShopsOf)
  return {
    findShopByCode: byCode,
    findShopsOf: byMerchant,
    async findShop(merchantId, id) {
      const shops = await byMerchant(merchantId)
      return shops.find((shop) => shop.id === id) ?? null
    },
  }
}

function createReadings<T>(now: () => Date, read: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const readings = new Map<string, { value: Promise<T>; atMs: number }>()
  return (key) => {
    const atMs = now().getTime()
    const held = readings.get(key)
    if (held !== undefined && atMs >= held.atMs && atMs - held.atMs < FRESH_MS) return held.value

    const value = read(key)
    readings.delete(key)
    readings.set(key, { value, atMs })
    const forget = () => readings.get(key)?.value === value && readings.delete(key)
    value.catch(forget) // a failed reading is not remembered
    const [oldest] = readings.keys()
    if (readings.size > READINGS_MAX && oldest !== undefined) readings.delete(oldest)
    return value
  }
}
