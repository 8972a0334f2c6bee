/**
 * The pages are written in Chinese; an element carries its English beside it in `data-en`. `?lang=en`
 * chooses, the switch at the top keeps the rest of the address.
 */
const isEnglish = new URLSearchParams(location.search).get('lang') === 'en'

/** For texts that scripts make. */
export const say = (chinese, english) => (isEnglish ? english : chinese)

export const locale = isEnglish ? 'en' : 'zh-CN'

/** An address of this site, in the language being read. */
export const here = (path) => (isEnglish ? `${path}?lang=en` : path)

export function speak(root = document) {
  document.documentElement.lang = locale
  if (!isEnglish) return
  for (const element of root.querySelectorAll('[data-en]')) {
    const attribute = element.dataset.enFor
    if (attribute) element.setAttribute(attribute, element.dataset.en)
    else element.textContent = element.dataset.en
  }
  for (const link of root.querySelectorAll('a[href^="/"]')) link.href = here(link.getAttribute('href'))
  document.title = document.querySelector('title').textContent
}

for (const link of document.querySelectorAll('[data-switch]')) {
  link.textContent = isEnglish ? '中文' : 'English'
  link.lang = isEnglish ? 'zh-CN' : 'en'
  link.href = isEnglish ? location.pathname : `${location.pathname}?lang=en`
}
speak()
