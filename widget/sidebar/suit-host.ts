import type { HostAdapter } from '../hosts/host.ts'

/** What the page does for its console without anybody asking. The panel lives as long as its page. */
export function suitHost({ id, resize, openExternal }: HostAdapter): void {
  // Its process shares the CPU with all of an agent's chats: nothing moves there (facts/hosts-and-embed.md §1.8).
  if (id === 'qianniu') document.documentElement.dataset.calm = ''
  if (resize !== undefined) watchHeight(resize)
  if (openExternal === undefined) return
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[target="_blank"]') : null
    if (!(link instanceof HTMLAnchorElement)) return
    event.preventDefault()
    openExternal(link.href)
  })
}

/** Told at most once a frame, and only when it is another one. */
function watchHeight(resize: (height: number) => void): void {
  const app = document.getElementById('app')
  if (app === null) return
  let told = 0
  new ResizeObserver(([entry]) => {
    const height = Math.min(4_000, Math.max(120, Math.ceil(entry?.contentRect.height ?? 0)))
    if (height !== told) resize(height)
    told = height
  }).observe(app)
}
