import { render } from 'preact'
import { createClient } from '../api/client.ts'
import { newKey } from '../api/new-key.ts'
import { chooseLocale, WordsProvider } from '../i18n/locale.tsx'
import { applyAccent } from '../ui/accent.ts'
import '../ui/base.css'
import '../ui/controls.css'
import '../ui/blocks.css'
import '../reissue/reissue.css'
import './frame.css'
import { readShopMeta } from '../ui/shop-meta.ts'
import { connectPage, type HostPage, isClaimGood, readClaim } from './connect-page.ts'
import { FrameApp, Refused } from './FrameApp.tsx'
import { forwardEscape, reportHeight } from './page-signals.ts'
import { applyTheme } from './theme.ts'

const shop = readShopMeta()
const claim = readClaim(location.hash)
const app = document.getElementById('app')
const deps = { window, parent: window.parent, allowedOrigins: shop?.allowedOrigins ?? [], newNonce: newKey }

if (shop) applyAccent(shop.accent)
if (app) void open(app)

async function open(place: HTMLElement): Promise<void> {
  if (isClaimGood(deps, claim)) return show(await connectPage(deps, claim), place)
  // Nobody we may speak to: the page says so to whoever looks, and to no window.
  place.textContent = ''
  render(
    <WordsProvider locale={chooseLocale(location.search, navigator.language)}>
      <Refused />
    </WordsProvider>,
    place,
  )
}

function show(page: HostPage, place: HTMLElement): void {
  const look = () => applyTheme(page.view())
  look()
  page.onView(look)
  reportHeight(place, (h) => page.say({ t: 'resize', h }))
  if (page.isDialog) forwardEscape(() => page.say({ t: 'close' }))

  const client = createClient({ language: () => document.documentElement.lang || page.view().locale })
  const locale = chooseLocale('', page.view().locale)
  place.textContent = ''
  render(
    <WordsProvider locale={locale}>
      <FrameApp client={client} page={page} isDemo={shop?.isDemo ?? false} />
    </WordsProvider>,
    place,
  )
}
