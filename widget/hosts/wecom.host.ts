import { createContexts } from './contexts.ts'
import { makeContext, memberAt, nobody, readHint } from './hints.ts'
import type { HostAdapter, HostEnv } from './host.ts'
import { askVendor, methodOf } from './vendor.ts'

const API_LIST = ['getContext', 'getCurExternalContact', 'sendChatMessage', 'openDefaultBrowser']

/** What the bridge wants with every call once the page is known. */
type Signed = Readonly<Record<string, unknown>>

/**
 * 企业微信's chat sidebar (facts/hosts-and-embed.md §1.7): no frame, but `WeixinJSBridge`, and each call signed.
 * There is no reply box to reach: text is copied, and a link is sent as a card.
 */
export function createHost({ window, signPage }: HostEnv): HostAdapter {
  const contexts = createContexts()
  let connected: Promise<Signed | null> | null = null
  const connect = () => {
    connected ??= openBridge(window).then(() => introduce(window, signPage))
    return connected
  }
  const call = async (name: string, params: object) => {
    const signed = await connect()
    return signed === null ? null : invoke(window, name, { ...params, ...signed })
  }
  const readContact = async () => {
    const entry = memberAt(await call('getContext', {}), 'entry')
    const contact = entry === 'normal' ? null : await call('getCurExternalContact', {})
    const buyerId = readHint(memberAt(contact, 'userId'))
    contexts.take(buyerId === null ? nobody('wecom') : makeContext('wecom', { buyerId }))
  }
  const readAgain = () => void readContact()
  window.addEventListener('focus', readAgain)

  return {
    id: 'wecom',
    origin: () => null,
    ready: contexts.ready,
    onContext(listener) {
      readAgain()
      return contexts.onContext(listener)
    },
    async sendLink({ url, title, description }, conversation) {
      // Read again: what is sent goes to whoever is open now.
      await readContact()
      if (!contexts.isOpen(conversation)) return 'refused'
      const news = { link: url, title, desc: description, imgUrl: '' }
      const said = await call('sendChatMessage', { msgtype: 'news', news })
      return isOk(said) ? 'sent' : 'unconfirmed'
    },
    openExternal: (url) => void call('openDefaultBrowser', { url }),
    close() {
      contexts.close()
      window.removeEventListener('focus', readAgain)
    },
  }
}

const bridgeOf = (window: Window) => methodOf(window, 'WeixinJSBridge', 'invoke')

/** The app brings the bridge some time after the page. */
const openBridge = (window: Window): Promise<void> =>
  new Promise((resolve) => {
    if (bridgeOf(window) !== null) resolve()
    else window.document.addEventListener('WeixinJSBridgeReady', () => resolve(), { once: true })
  })

const invoke = (window: Window, name: string, params: object) =>
  askVendor((done) => bridgeOf(window)?.(name, params, done))

const isOk = (said: unknown) => String(memberAt(said, 'err_msg')).endsWith(':ok')

/** Tells the app who runs this page; null where it does not take that. */
async function introduce(window: Window, signPage: HostEnv['signPage']): Promise<Signed | null> {
  try {
    const { appId, agentId, timestamp, nonceStr, signature } = await signPage()
    const ask = { corpid: appId, agentid: agentId, timestamp, nonceStr, signature, jsApiList: API_LIST }
    if (!isOk(await invoke(window, 'agentConfig', ask))) return null
    return {
      appId,
      verifyAppId: appId,
      verifySignType: 'sha1',
      verifyTimestamp: timestamp,
      verifyNonceStr: nonceStr,
      verifySignature: signature,
    }
  } catch {
    return null
  }
}
