/**
 * The origin of the page that frames this one, or null where the browser does not say. Chrome and Safari know
 * their ancestors; elsewhere the referrer names it, unless the host's policy hides it.
 */
export function findParentOrigin(view: Window): string | null {
  const ancestor = view.location.ancestorOrigins?.[0]
  if (ancestor !== undefined) return ancestor
  try {
    return new URL(view.document.referrer).origin
  } catch {
    return null
  }
}
