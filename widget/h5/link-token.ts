/**
 * The link token of this tab. It arrives in the fragment, which no server and no Referer sees, and leaves
 * the address at once, so that a shared screenshot or a forwarded address carries nothing.
 *
 * It is kept in sessionStorage, because WeChat reloads pages whenever memory is short, and a customer
 * whose page lost its token would have to scan again in the middle of a form. sessionStorage is per tab
 * and ends with it; localStorage, cookies and the history hold nothing. The session itself stays in memory.
 */
const STORED = 'fapiao-link'

type Place = {
  readonly location: { readonly hash: string; readonly pathname: string; readonly search: string }
  readonly history: Pick<History, 'replaceState' | 'state'>
}

/** Takes the token out of the address, or finds the one this tab came with. */
export function takeLinkToken({ location, history }: Place = window): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get('t')
  if (token === null || token === '') return readStored()
  history.replaceState(null, '', location.pathname + location.search) // A new scan begins anew.
  try {
    sessionStorage.setItem(STORED, token)
  } catch {
    // Storage is switched off: only a reload needs it.
  }
  return token
}

function readStored(): string | null {
  try {
    return sessionStorage.getItem(STORED)
  } catch {
    return null
  }
}

/** A link that the server refused is of no use after a reload either. */
export function forgetLinkToken(): void {
  try {
    sessionStorage.removeItem(STORED)
  } catch {
    // Nothing was kept.
  }
}
