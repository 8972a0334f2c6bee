import { locale, say } from './language.js'
import { fetchLaunchToken, readStage } from './stage.js'

/** What a shop writes to have the widget: the script in the page's head, one element, one callback. */
const stage = await readStage()
const place = document.getElementById('place')
const log = document.getElementById('log')
const without = document.getElementById('without')

let nextSessionSeconds
const getToken = () => {
  const seconds = nextSessionSeconds
  nextSessionSeconds = undefined
  return fetchLaunchToken('storefront', seconds)
}

async function mount() {
  const widget = document.createElement('fapiao-widget')
  widget.setAttribute('shop', stage.storefront.shop)
  widget.setAttribute('locale', locale)
  widget.setAttribute('mode', 'list')
  if (without.checked) widget.setAttribute('token', await getToken())
  else widget.getToken = getToken
  for (const name of ['ready', 'submitted', 'issued', 'error', 'close']) {
    widget.addEventListener(`fapiao-${name}`, ({ detail }) => {
      log.textContent = `fapiao-${name} ${JSON.stringify(detail)}`
    })
  }
  place.replaceChildren(widget)
}

without.addEventListener('change', mount)
document.getElementById('short').addEventListener('click', async () => {
  nextSessionSeconds = 20
  await mount()
  log.textContent = say(
    '会话将在 20 秒后过期，请打开表单并填写。',
    'The session ends in 20 s: open a form and type.',
  )
})
document.getElementById('dialog').addEventListener('click', () => {
  window.fapiaoWidget ||= []
  window.fapiaoWidget.push((api) => api.open({ shop: stage.storefront.shop, locale, getToken }))
})
await mount()
