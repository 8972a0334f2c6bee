import { render } from 'preact'
import { createClient } from '../api/client.ts'
import { chooseLocale, WordsProvider } from '../i18n/locale.tsx'
import { applyAccent } from '../ui/accent.ts'
import '../ui/base.css'
import '../ui/controls.css'
import '../ui/blocks.css'
import '../reissue/reissue.css'
import { readShopMeta } from '../ui/shop-meta.ts'
import { H5Page } from './H5Page.tsx'
import { takeLinkToken } from './link-token.ts'
import { browserSteps } from './steps.ts'

// Before anything else: the token leaves the address.
const linkToken = takeLinkToken()
const shop = readShopMeta()
const locale = chooseLocale(location.search, navigator.language)
const client = createClient({ language: () => document.documentElement.lang || locale })
const app = document.getElementById('app')

if (shop) applyAccent(shop.accent)
if (app) {
  app.textContent = '' // The placeholder of the first paint; the same room is taken at once.
  render(
    <WordsProvider locale={locale}>
      <H5Page client={client} steps={browserSteps()} shop={shop} linkToken={linkToken} />
    </WordsProvider>,
    app,
  )
}
