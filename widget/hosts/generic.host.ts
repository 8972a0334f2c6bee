import type { HostAdapter, HostContext, InsertOutcome } from './host.ts'

/**
 * The contract any chat console can fulfil with two lines (P14). Messages are plain objects by `postMessage`:
 *
 *     console → panel  { type: 'fapiao:context', platform, shopId, buyerNick, buyerId, orderNo,
 *                        conversationId?, locale?, theme? }
 *     panel → console  { type: 'fapiao:ready', version: 1 }              please send the context (again)
 *     panel → console  { type: 'fapiao:insert-text', id, text, conversationId, buyerId, buyerNick, orderNo }
 *     console → panel  { type: 'fapiao:inserted', id, ok }               optional
 *
 * The console fills its reply box only if that conversation is still the open one, and never sends by
 * itself. Its origin must be on the shop's list; everything it says is a hint. Contexts may come late, twice
 * or malformed.
 */
type Options = {
  readonly window: Window
  /** The console's window; the panel's own when it is not framed. */
  readonly parent: Window
  /** Origins on the shop's list. */
  readonly allowedOrigins: readonly string[]
  /** Who frames us, where the browser says so; null elsewhere. */
  readonly parentOrigin: string | null
}

const FIELD_MAX = 200
/** A console in the same browser answers in milliseconds; one without an answer is not waited for longer. */
const CONFIRM_MS = 1_500
/** A console that mounts after us misses the first word. */
const ASK_AGAIN_MS = [300, 1_000, 3_000]

/** The adapter, or null where nobody we may listen to frames this page. */
export function createGenericHost({
  window,
  parent,
  allowedOrigins,
  parentOrigin,
}: Options): HostAdapter | null {
  if (parent === window) return null
  if (parentOrigin !== null && !allowedOrigins.includes(parentOrigin)) return null

  let origin = parentOrigin
  let latest: HostContext | null = null
  const listeners = new Set<(context: HostContext) => void>()
  const inserts = createInserts()

  const say = (message: object) => {
    if (origin !== null) parent.postMessage(message, origin)
  }
  const take = (context: HostContext) => {
    // Told again on every change of theme or tag: an equal context must not disturb a form.
    if (latest !== null && isSame(latest, context)) return
    latest = context
    for (const listener of [...listeners]) listener(context)
  }
  const hear = ({ source, origin: from, data }: MessageEvent) => {
    if (source !== parent || !allowedOrigins.includes(from)) return
    if (origin !== null && from !== origin) return
    const context = readContext(data)
    // Where the browser does not name the console, the first context does, and from then on only it counts.
    if (context !== null) origin = from
    if (context !== null) take(context)
    else inserts.settle(data)
  }
  window.addEventListener('message', hear)
  const stopAsking = askForContext(
    () => latest !== null,
    () => say({ type: 'fapiao:ready', version: 1 }),
  )

  return {
    id: 'generic',
    origin: () => origin,
    onContext(listener) {
      listeners.add(listener)
      if (latest !== null) listener(latest)
      return () => listeners.delete(listener)
    },
    async insertText(text, conversation) {
      // Read again at the last moment: the agent may have moved on while the sentence was made.
      if (latest === null || latest.conversation !== conversation) return 'refused'
      const { conversationId, buyerId, buyerNick, orderNo } = latest
      return inserts.wait((id) => {
        say({
          type: 'fapiao:insert-text',
          id,
          text,
          conversationId,
          buyerId,
          buyerNick,
          orderNo,
        })
      })
    },
    close() {
      stopAsking()
      listeners.clear()
      window.removeEventListener('message', hear)
    },
  }
}

/** At once and at growing intervals until a context came; answers its undo. */
function askForContext(isAnswered: () => boolean, ask: () => void): () => void {
  ask()
  const timers = ASK_AGAIN_MS.map((ms) =>
    setTimeout(() => {
      if (!isAnswered()) ask()
    }, ms),
  )
  return () => {
    for (const timer of timers) clearTimeout(timer)
  }
}

/** Insertions that wait for the console's word, each under its own number. */
function createInserts() {
  let lastId = 0
  const waiting = new Map<number, (outcome: InsertOutcome) => void>()
  return {
    wait: (send: (id: number) => void): Promise<InsertOutcome> =>
      new Promise((resolve) => {
        const id = ++lastId
        const end = (outcome: InsertOutcome) => {
          clearTimeout(timer)
          waiting.delete(id)
          resolve(outcome)
        }
        const timer = setTimeout(() => end('unconfirmed'), CONFIRM_MS)
        waiting.set(id, end)
        send(id)
      }),
    settle(data: unknown) {
      const { type, id, ok } = membersOf(data)
      if (type === 'fapiao:inserted' && typeof id === 'number') {
        waiting.get(id)?.(ok === true ? 'inserted' : 'refused')
      }
    },
  }
}

function readContext(data: unknown): HostContext | null {
  const members = membersOf(data)
  if (members.type !== 'fapiao:context') return null
  const platform = readHint(members.platform)
  const shopId = readHint(members.shopId)
  const buyerNick = readHint(members.buyerNick)
  const buyerId = readHint(members.buyerId)
  const orderNo = readHint(members.orderNo)
  const named = readHint(members.conversationId)
  const who = buyerId ?? buyerNick ?? orderNo
  if (named === null && who === null) return null
  const { theme } = members
  return {
    host: 'generic',
    conversationId: named,
    conversation: named ?? [platform, shopId, who].join('\u001f'),
    platform,
    shopId,
    buyerNick,
    buyerId,
    orderNo,
    locale: readHint(members.locale),
    theme: theme === 'light' || theme === 'dark' ? theme : null,
  }
}

type Members = Readonly<Partial<Record<string, unknown>>>

/** Own members only: a key named `__proto__` brings nothing in. */
const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}

/** A short text or a number; anything else is no hint. */
function readHint(value: unknown): string | null {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string' || text.length > FIELD_MAX) return null
  return text.trim() || null
}

const isSame = (one: HostContext, other: HostContext): boolean =>
  JSON.stringify(one) === JSON.stringify(other)
