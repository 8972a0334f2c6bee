import { render } from 'preact'
import { waitMs } from '../api/back-off.ts'
import { createClient } from '../api/client.ts'
import { signPage } from '../api/sign-page.ts'
import { findHost, openHost } from '../hosts/find-host.ts'
import type { HostAdapter, HostEnv } from '../hosts/host.ts'
import { findParentOrigin } from '../hosts/parent-origin.ts'
import { chooseLocale, WordsProvider } from '../i18n/locale.tsx'
import { applyAccent } from '../ui/accent.ts'
import '../ui/base.css'
import '../ui/controls.css'
import '../ui/blocks.css'
import '../reissue/reissue.css'
import './sidebar.css'
import { readShopMeta } from '../ui/shop-meta.ts'
import { Sidebar } from './Sidebar.tsx'
import { suitHost } from './suit-host.ts'
import { takePass } from './take-pass.ts'
import { createTalks } from './talks.model.ts'
import { createToday } from './today.model.ts'

// Before anything else: the token leaves the address.
const pass = takePass()
const shop = readShopMeta()
const locale = chooseLocale(location.search, navigator.language)
const client = createClient({ language: () => document.documentElement.lang || locale })
const today = createToday(client)
const talks = createTalks({ ...client, wait: waitMs, onRequest: today.refresh })
const env: HostEnv = {
  window,
  parent: window.parent,
  allowedOrigins: shop?.allowedOrigins ?? [],
  parentOrigin: findParentOrigin(window),
  query: new URLSearchParams(location.search),
  signPage: () => signPage(client.call, findHost(env)?.id ?? '', location.href),
}

const show = (host: HostAdapter | null) => {
  const app = document.getElementById('app')
  if (app === null) return
  app.textContent = ''
  render(
    <WordsProvider locale={locale}>
      <Sidebar {...{ client, talks, today, host, pass }} shopCode={shop?.code ?? null} />
    </WordsProvider>,
    app,
  )
  if (host !== null) suitHost(host)
}

if (shop) applyAccent(shop.accent)
void openHost(env).then(show)
