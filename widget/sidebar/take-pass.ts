type Place = {
  readonly location: { readonly hash: string; readonly pathname: string; readonly search: string }
  readonly history: Pick<History, 'replaceState'>
}

/** What opens the panel: the merchant's word (`#t=`), or that of a console whose door was passed (`#e=`). */
export type Pass = { readonly kind: 'launch' | 'entry'; readonly token: string }

/**
 * The token out of the fragment, which is scrubbed at once. It works a single time, so it is kept nowhere: after
 * a reload the console opens the panel with a new one.
 */
export function takePass({ location, history }: Place = window): Pass | null {
  const words = new URLSearchParams(location.hash.slice(1))
  if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search)
  const [launch, entry] = [words.get('t'), words.get('e')]
  if (launch) return { kind: 'launch', token: launch }
  return entry ? { kind: 'entry', token: entry } : null
}
