import { useState } from 'preact/hooks'
import { useWords } from '../i18n/locale.tsx'

export type ShopLook = { name: string; logoUrl: string | null; isDemo: boolean }

/** Whose page this is: logo or first character, name, and a badge where nothing is real. */
export function ShopHeader({ shop }: { shop: ShopLook }) {
  const { texts } = useWords()
  const [isBroken, setBroken] = useState(false)
  return (
    <header class="shop-header">
      {shop.logoUrl !== null && !isBroken ? (
        <img
          class="shop-logo"
          src={shop.logoUrl}
          alt=""
          width="36"
          height="36"
          onError={() => setBroken(true)}
        />
      ) : (
        <span class="shop-logo" aria-hidden="true">
          {[...shop.name][0]}
        </span>
      )}
      <span class="shop-name">{shop.name}</span>
      {shop.isDemo && <span class="badge">{texts.flow.demo}</span>}
    </header>
  )
}
