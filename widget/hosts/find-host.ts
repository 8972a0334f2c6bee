import type { HostAdapter, HostEnv } from './host.ts'
import { vendorAt } from './vendor.ts'

export type HostKind = {
  readonly id: string
  /** Whether this console opened the page, where it can be told without asking it. */
  detect(env: HostEnv): boolean
  load(): Promise<{ createHost(env: HostEnv): HostAdapter | null }>
}

const hasWord =
  (word: RegExp) =>
  ({ window }: HostEnv) =>
    word.test(window.navigator.userAgent)

/**
 * In the order of asking (facts/hosts-and-embed.md §1.10): what a console always says about itself first, and any
 * page around us at last. `?host=` goes before all of them: some consoles say nothing.
 */
export const HOST_KINDS: readonly HostKind[] = [
  {
    id: 'zendesk',
    detect: ({ query }) => query.has('origin') && query.has('app_guid'),
    load: () => import('./zendesk.host.ts'),
  },
  { id: 'wecom', detect: hasWord(/wxwork/i), load: () => import('./wecom.host.ts') },
  {
    id: 'qianniu',
    detect: ({ window }) => [vendorAt(window, 'QN'), vendorAt(window, 'my', 'qn')].some(Boolean),
    load: () => import('./qianniu.host.ts'),
  },
  { id: 'feishu', detect: hasWord(/\b(Lark|Feishu)\b/i), load: () => import('./feishu.host.ts') },
  { id: 'crisp', detect: ({ query }) => query.has('website_id'), load: () => import('./crisp.host.ts') },
  {
    id: 'front',
    detect: ({ parentOrigin }) => /\.frontapp(lication)?\.com$/.test(parentOrigin ?? ''),
    load: () => import('./front.host.ts'),
  },
  { id: 'chatwoot', detect: () => false, load: () => import('./chatwoot.host.ts') },
  { id: 'freshworks', detect: () => false, load: () => import('./freshworks.host.ts') },
  {
    id: 'generic',
    detect: ({ window, parent }) => parent !== window,
    load: () => import('./generic.host.ts'),
  },
]

/** Which console this page lies beside; null for a page of its own. */
export function findHost(env: HostEnv): HostKind | null {
  const named = env.query.get('host')
  return HOST_KINDS.find(({ id }) => id === named) ?? HOST_KINDS.find((kind) => kind.detect(env)) ?? null
}

/** The adapter of that console; null where there is none, or its file does not come: the panel works alone. */
export async function openHost(env: HostEnv): Promise<HostAdapter | null> {
  try {
    const kind = findHost(env)
    return kind === null ? null : (await kind.load()).createHost(env)
  } catch {
    return null
  }
}
