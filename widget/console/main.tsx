import { render } from 'preact'
import { createClient } from '../api/client.ts'
import { chooseLocale, WordsProvider } from '../i18n/locale.tsx'
import '../ui/base.css'
import '../ui/controls.css'
import '../ui/blocks.css'
import '../reissue/reissue.css'
import './console.css'
import { Console } from './Console.tsx'

const locale = chooseLocale(location.search, navigator.language)
const client = createClient({ language: () => document.documentElement.lang || locale })
const app = document.getElementById('app')

if (app) {
  render(
    <WordsProvider locale={locale}>
      <Console client={client} restart={() => location.reload()} />
    </WordsProvider>,
    app,
  )
}
