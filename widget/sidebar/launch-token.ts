type Place = {
  readonly location: { readonly hash: string; readonly pathname: string; readonly search: string }
  readonly history: Pick<History, 'replaceState'>
}

/**
 * The launch token out of the fragment, which is scrubbed at once. It works a single time, so it is kept
 * nowhere: after a reload the console opens the panel with a new one.
 */
export function takeLaunchToken({ location, history }: Place = window): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get('t')
  if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search)
  return token === '' ? null : token
}
