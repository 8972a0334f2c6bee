import { configureFapiao, defineFapiaoWidget, openFapiao } from './fapiao-widget.ts'

/**
 * `embed.js`: one script that a storefront loads. It defines `<fapiao-widget>`, turns the array
 * `window.fapiaoWidget` into a queue that runs what was pushed before and after, and leaves nothing else behind.
 * It loads no second script and writes neither styles nor HTML (strict CSP and trusted types on the page).
 */
type Api = { configure: typeof configureFapiao; open: typeof openFapiao }
type Task = (api: Api) => void
type Queue = { push(...tasks: Task[]): void }

declare global {
  interface Window {
    fapiaoWidget?: Task[] | Queue
  }
}

const api: Api = { configure: configureFapiao, open: openFapiao }

function start(): void {
  const waiting = window.fapiaoWidget
  // Not an array: an earlier copy of this file runs the page already.
  if (waiting !== undefined && !Array.isArray(waiting)) return

  // Only now, while this script runs, does the browser say which one it is.
  const script = document.currentScript
  if (script instanceof HTMLScriptElement && script.src) {
    configureFapiao({ endpoint: new URL('.', script.src).href })
  }
  const push = (...tasks: Task[]) => {
    for (const task of tasks) run(task)
  }
  window.fapiaoWidget = { push }
  defineFapiaoWidget()
  push(...(waiting ?? []))
}

/** One bad callback must not keep the next from running; the page's own error reporting still hears of it. */
function run(task: Task): void {
  try {
    task(api)
  } catch (error) {
    setTimeout(() => {
      throw error
    })
  }
}

start()
