import type { HostEnv } from './host.ts'

export type ParentLink = {
  /** Of the console; null before it is known. */
  origin(): string | null
  /** To the console's origin and to no other; nothing while that is not known. */
  say(message: unknown): void
  /** Before the origin is known: to each origin on the shop's list, one at a time. Never to everybody. */
  ask(message: unknown, transfer?: () => Transferable[]): void
  close(): void
}

/**
 * Messages between this frame and the console around it. Heard is what comes from the window that frames us and
 * from an origin on the shop's list; `hear` says whether it was the console's own kind of message, and from the
 * first of those on only that origin counts. Null where nobody we may listen to frames this page.
 */
export function createParentLink(
  { window, parent, allowedOrigins, parentOrigin }: HostEnv,
  hear: (data: unknown) => boolean,
): ParentLink | null {
  if (parent === window) return null
  if (parentOrigin !== null && !allowedOrigins.includes(parentOrigin)) return null

  let origin = parentOrigin
  const onMessage = ({ source, origin: from, data }: MessageEvent) => {
    if (source !== parent || !allowedOrigins.includes(from)) return
    if (origin !== null && from !== origin) return
    if (hear(data)) origin = from
  }
  window.addEventListener('message', onMessage)
  return {
    origin: () => origin,
    say(message) {
      if (origin !== null) parent.postMessage(message, origin)
    },
    ask(message, transfer = () => []) {
      for (const to of origin === null ? allowedOrigins : [origin]) {
        parent.postMessage(message, to, transfer())
      }
    },
    close: () => window.removeEventListener('message', onMessage),
  }
}
