import { createContexts } from './contexts.ts'
import { type Members, makeContext, membersOf, nobody, readHint, readJson } from './hints.ts'
import type { HostAdapter, HostContext, HostEnv } from './host.ts'
import { askVendor, methodOf, vendorAt } from './vendor.ts'

/**
 * 千牛 in both of its containers, the web SDK's `QN` and the mini program's `my.qn` (facts/hosts-and-embed.md
 * §1.8). A buyer is `securityUID` and `bizDomain`; names are being taken away and are not read. Text goes into the
 * input box only, and only after the open buyer was read once more.
 */
export function createHost({ window }: HostEnv): HostAdapter {
  const contexts = createContexts()
  const container = openContainer(window)
  const readBuyer = async () => contexts.take(contextOf(await container.activeUser()) ?? nobody('qianniu'))
  const start = () => {
    container.onChange((told) => {
      const context = contextOf(told)
      if (context !== null) contexts.take(context)
      else void readBuyer()
    })
    void readBuyer()
  }
  // The SDK does nothing before that.
  if (window.document.readyState === 'complete') start()
  else window.addEventListener('load', start, { once: true })

  return {
    id: 'qianniu',
    origin: () => null,
    ready: contexts.ready,
    onContext: contexts.onContext,
    async insertText(text, conversation) {
      await readBuyer()
      if (!contexts.isOpen(conversation)) return 'refused'
      const [bizDomain = '', ...uid] = conversation.split(':')
      const securityUID = uid.join(':')
      const answer = await container.insert({ securityUID, bizDomain, text, type: 0 })
      return answer === null ? 'unconfirmed' : 'inserted'
    },
    ...(container.open === undefined ? {} : { openExternal: container.open }),
    close() {
      contexts.close()
      window.removeEventListener('load', start)
    },
  }
}

/** Answers may be objects, JSON texts, or wrapped once more. */
function contextOf(told: unknown): HostContext | null {
  const members = unwrap(told)
  const uid = readHint(members.securityUID)
  const domain = readHint(members.bizDomain)
  return uid === null || domain === null
    ? null
    : makeContext('qianniu', { conversationId: `${domain}:${uid}`, platform: 'taobao' })
}

function unwrap(told: unknown): Members {
  const members = typeof told === 'string' ? readJson(told) : membersOf(told)
  const inner = members.newContact ?? members.result ?? members.data
  return inner === undefined ? members : typeof inner === 'string' ? readJson(inner) : membersOf(inner)
}

type Container = {
  activeUser(): Promise<unknown>
  insert(ask: object): Promise<unknown>
  readonly open?: (url: string) => void
  onChange(hear: (told: unknown) => void): void
}

function openContainer(window: Window): Container {
  const mini = vendorAt(window, 'my', 'qn')
  if (mini !== undefined) {
    const call = (name: string, ask: object = {}) =>
      askVendor((success, fail) => methodOf(mini, name)?.({ ...ask, success, fail }))
    return {
      activeUser: () => call('imGetActiveUser'),
      insert: (ask) => call('imInsertText2Inputbox', ask),
      onChange: (hear) => void methodOf(mini, 'onImActiveContactChanged')?.(hear),
    }
  }
  // Newer SDKs have one door, older ones one for each part.
  const doors = ['application', 'wangwang', 'top'].map((door) => methodOf(window, 'QN', door, 'invoke'))
  const invoke = doors.find((door) => door !== null)
  const call = (cmd: string, param: object = {}) =>
    askVendor((success, error) => invoke?.({ cmd, param, success, error }))
  return {
    activeUser: () => call('getActiveUser'),
    insert: (ask) => call('insertText2Inputbox', ask),
    open: (url) => void call('browserUrl', { url }),
    onChange: (notify) =>
      void methodOf(
        window,
        'QN',
        'event',
        'regEvent',
      )?.({ eventId: 'wangwang.active_contact_changed', notify }),
  }
}
