import { drawMs, type Settings } from './settings.ts'

/** Something a sender may be told before it asks; shaped as in facts/invoicing.md §8.6. */
export type News = {
  readonly operater: 'callback' | 'redConfirmCallback' | 'sessionCallback'
  /** Serial, form serial or seller. */
  readonly about: string
  readonly content: object
  /** When it happens; it goes out then, or later. */
  readonly atMs: number
}

export type Post = (url: string, body: string) => Promise<boolean>

type NewsDeps = {
  readonly settings: () => Settings
  readonly nowMs: () => number
  readonly random: () => number
  readonly post: Post
}

type Waiting = News & { readonly attempt: number }

const MAX_WAITING = 10_000
const MAX_ATTEMPTS = 3
const RETRY_MS = 1_000

/**
 * The channel's callbacks: late, lost, twice or overtaken as the settings want (SIM1). Kept in memory
 * only: a restart forgets what it had not told, and whoever relies on being told learns it here.
 */
export function createNews({ settings, nowMs, random, post }: NewsDeps) {
  let waiting: Waiting[] = []

  const put = (news: Waiting) => {
    if (waiting.length < MAX_WAITING) waiting.push(news)
  }

  const send = async (news: Waiting, url: string) => {
    const { operater, about, content, attempt } = news
    const body = new URLSearchParams({ operater, orderno: about, content: JSON.stringify(content) })
    if (await post(url, body.toString())) return
    if (attempt < MAX_ATTEMPTS) put({ ...news, attempt: attempt + 1, atMs: nowMs() + RETRY_MS * attempt })
  }

  return {
    tell(news: News) {
      const { callbackUrl, callbackDelay, callbackLostShare } = settings()
      const { callbackTwiceShare, callbackOvertakenShare } = settings()
      if (callbackUrl === '' || random() < callbackLostShare) return
      const isOvertaken = random() < callbackOvertakenShare
      // Overtaken: what happens within the next seconds is told first.
      const atMs = news.atMs + drawMs(callbackDelay, random) + (isOvertaken ? 3_000 : 0)
      put({ ...news, atMs, attempt: 1 })
      if (random() < callbackTwiceShare) put({ ...news, atMs: atMs + 500, attempt: 1 })
    },

    /** Sends what is due; resolves when it has gone out. */
    async flush(): Promise<void> {
      const { callbackUrl } = settings()
      const due = waiting.filter(({ atMs }) => atMs <= nowMs())
      if (due.length === 0) return
      waiting = waiting.filter(({ atMs }) => atMs > nowMs())
      if (callbackUrl !== '') await Promise.all(due.map((news) => send(news, callbackUrl)))
    },
    waitingCount: () => waiting.length,
  }
}

/** A plain POST that believes nothing of the answer but its status. */
export async function postNews(url: string, body: string): Promise<boolean> {
  try {
    const reply = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(5_000),
    })
    await reply.body?.cancel()
    return reply.ok
  } catch {
    return false
  }
}
