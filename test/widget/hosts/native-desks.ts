import type { Desk, Talk } from '../../contract/host.contract.ts'
import { type Box, envOf, noMessages, type Open, plant } from './desk.ts'

export function freshworksDesk(open: Open, first: Talk | null): Desk {
  const box: Box = []
  let talk = first
  let raw: unknown
  const hearers = new Map<string, () => unknown>()
  const ticketOf = ({ id, order }: Talk) => ({ id, subject: '开发票', custom_fields: { order_no: order } })
  const client = {
    data: {
      get: async (name: string) =>
        name === 'ticket'
          ? { ticket: talk === null ? raw : ticketOf(talk) }
          : { contact: { id: 7, name: talk?.nick } },
    },
    events: { on: (name: string, hear: () => unknown) => void hearers.set(name, hear) },
    instance: { resize: async () => {} },
    interface: {
      trigger: async (_: string, { text }: { text: string }) => {
        box.push({ talk: talk?.id ?? '', text })
        return { message: 'ok' }
      },
    },
  }
  const undo = plant('app', { initialized: async () => client })
  return {
    ...noMessages(),
    host: open(envOf()),
    box,
    show(next) {
      talk = next
      hearers.get('app.activated')?.()
    },
    showQuietly(next) {
      talk = next
    },
    tellRaw(told) {
      raw = told
      hearers.get('app.activated')?.()
    },
    close: undo,
  }
}

export function crispDesk(open: Open, talk: Talk | null): Desk {
  let acquire: ((namespace: string, told: unknown) => void) | undefined
  const crisp: Record<string, unknown> = {
    data: {},
    setHeight() {},
    acquireData() {
      acquire = crisp.onDataAcquired as typeof acquire
      const meta = { nickname: talk?.nick, data: { order_id: talk?.order } }
      if (talk !== null) acquire?.('conversation', { session_id: talk.id, meta })
    },
  }
  const undo = plant('$crisp', crisp)
  return {
    ...noMessages(),
    host: open(envOf()),
    box: [],
    tellRaw: (told) => acquire?.('conversation', told),
    close: undo,
  }
}

export function wecomHost(first: Talk | null, box: Box) {
  let talk = first
  let raw: unknown = { err_msg: 'getCurExternalContact:fail without context of external contact' }
  const calls: { name: string; params: Record<string, unknown> }[] = []
  const answer = (name: string, params: Record<string, unknown>): unknown => {
    if (name === 'getContext') return { err_msg: 'getContext:ok', entry: 'single_chat_tools' }
    if (name === 'getCurExternalContact') {
      return talk === null ? raw : { err_msg: `${name}:ok`, userId: `wm-${talk.id}` }
    }
    if (name === 'sendChatMessage')
      box.push({ talk: talk?.id ?? '', text: JSON.stringify(params.news ?? params.text) })
    return { err_msg: `${name}:ok` }
  }
  const undo = plant('WeixinJSBridge', {
    invoke(name: string, params: Record<string, unknown>, done: (told: unknown) => void) {
      calls.push({ name, params })
      done(answer(name, params))
    },
    on() {},
  })
  const set = (next: Talk | null, told?: unknown) => {
    talk = next
    if (next === null) raw = told
  }
  return { calls, set, close: undo }
}

export function wecomDesk(open: Open, first: Talk | null): Desk {
  const box: Box = []
  const app = wecomHost(first, box)
  const focus = () => void window.dispatchEvent(new Event('focus'))
  return {
    ...noMessages(),
    host: open(envOf()),
    box,
    show(next) {
      app.set(next)
      focus()
    },
    showQuietly: app.set,
    tellRaw(told) {
      app.set(null, told)
      focus()
    },
    close: app.close,
  }
}

export function qianniuDesk(container: 'web' | 'mini') {
  return (open: Open, first: Talk | null): Desk => {
    const box: Box = []
    let talk = first
    let raw: unknown = null
    let hear: (told: unknown) => void = () => {}
    const buyerOf = ({ id }: Talk) => ({ securityUID: `uid-${id}`, bizDomain: 'taobao' })
    const active = () => (talk === null ? raw : { result: JSON.stringify(buyerOf(talk)) })
    const fill = ({ text }: { text: string }) => void box.push({ talk: talk?.id ?? '', text })
    type Ask = { cmd: string; param: { text: string }; success(told: unknown): void }
    const invoke = ({ cmd, param, success }: Ask) => {
      if (cmd === 'insertText2Inputbox') fill(param)
      success(cmd === 'getActiveUser' ? active() : {})
    }
    type MiniAsk = { text: string; success(told: unknown): void }
    const undo =
      container === 'web'
        ? plant('QN', {
            application: { invoke },
            event: {
              regEvent: ({ notify }: { notify: typeof hear }) => {
                hear = notify
              },
            },
          })
        : plant('my', {
            qn: {
              imGetActiveUser: ({ success }: MiniAsk) => success(active()),
              imInsertText2Inputbox: (ask: MiniAsk) => {
                fill(ask)
                ask.success({})
              },
              onImActiveContactChanged: (notify: typeof hear) => {
                hear = notify
              },
            },
          })
    const host = open(envOf())
    window.dispatchEvent(new Event('load'))
    return {
      ...noMessages(),
      host,
      box,
      show(next) {
        talk = next
        hear(JSON.stringify({ newContact: buyerOf(next) }))
      },
      showQuietly(next) {
        talk = next
      },
      tellRaw(told) {
        raw = told
        hear(told)
      },
      close: undo,
    }
  }
}

export function feishuDesk(open: Open, talk: Talk | null): Desk {
  let raw: unknown = null
  const undoSdk = plant('h5sdk', {
    config: ({ onSuccess }: { onSuccess(): void }) => onSuccess(),
    ready: (done: () => void) => done(),
  })
  type Ask = { success(told: unknown): void }
  const undoTt = plant('tt', {
    getTriggerContext: ({ success }: Ask) => success(talk === null ? raw : { openChatId: `oc-${talk.id}` }),
    getBlockActionSourceDetail: ({ success }: Ask) => {
      const content = JSON.stringify({ text: `帮忙开票 ${talk?.order}` })
      success(talk === null ? raw : { content: { messages: [{ openChatId: `oc-${talk.id}`, content }] } })
    },
  })
  const host = open(envOf({ query: new URLSearchParams('trigger_code=t-1') }))
  return {
    ...noMessages(),
    host,
    box: [],
    tellRaw(told) {
      raw = told
      host?.onContext(() => {})
    },
    close() {
      undoSdk()
      undoTt()
    },
  }
}
