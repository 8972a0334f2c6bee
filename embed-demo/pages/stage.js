/** Addresses of the stage, or null while this demo cannot reach its own backend. */
export async function readStage() {
  const answer = await fetch('/api/stage')
  return answer.ok ? answer.json() : null
}

export async function post(path, body) {
  return fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

/** A launch token from this site's own backend. */
export async function fetchLaunchToken(surface, sessionSeconds) {
  const answer = await post('/api/launch', { surface, sessionSeconds })
  if (!answer.ok) throw new Error(`no token: ${answer.status}`)
  const { launchToken } = await answer.json()
  return launchToken
}

/** An element with text and class; the only way these pages make one. */
export function make(tag, className, text) {
  const element = document.createElement(tag)
  if (className) element.className = className
  if (text !== undefined) element.textContent = text
  return element
}

export const yuan = (fen) => `¥${(fen / 100).toLocaleString('zh-CN', { minimumFractionDigits: 2 })}`
