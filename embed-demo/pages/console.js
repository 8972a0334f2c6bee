import { locale, say } from './language.js'
import { fetchLaunchToken, make, readStage } from './stage.js'

/**
 * A chat console as small as one can be, and the example host of the panel's contract: it answers
 * `fapiao:ready` with `fapiao:context`, and `fapiao:insert-text` by filling its reply box.
 */
const CONVERSATIONS = [
  {
    id: 'c-01',
    nick: '小鹿要早睡',
    order: 'TM-1001',
    messages: [
      ['你好，收到货了，可以开发票吗？', 'Hello, it arrived. Can I have an invoice?'],
      [
        '湖北示例科技有限公司 税号914201I1MA49QA0X10 邮箱 a@ex.cn',
        '湖北示例科技有限公司 税号914201I1MA49QA0X10 邮箱 a@ex.cn',
      ],
    ],
  },
  {
    id: 'c-02',
    nick: '采购小王',
    order: 'TM-1002',
    messages: [
      [
        '麻烦开公司抬头：\n名称：上海演示贸易有限公司\n税号：91310000MA1FL0QA1C',
        'For our company, please:\n名称：上海演示贸易有限公司\n税号：91310000MA1FL0QA1C',
      ],
    ],
  },
  {
    id: 'c-03',
    nick: '还没付款的云',
    order: 'TM-1003',
    messages: [['这单现在能开吗？', 'Can this one be invoiced yet?']],
  },
  {
    id: 'c-04',
    nick: '退货中的阿杰',
    order: 'TM-1005',
    messages: [['我退了一件，发票怎么办？', 'I returned one item. What about the invoice?']],
  },
  {
    id: 'c-05',
    nick: '改主意的橙子',
    order: 'TM-1006',
    messages: [['之前取消的那单要发票', 'I need an invoice for the order I cancelled']],
  },
  {
    id: 'c-06',
    nick: '山里的邮差',
    order: 'DUP-4001',
    messages: [['DUP-4001 这单，开个人的就行', 'DUP-4001, in my own name is fine']],
  },
  {
    id: 'c-07',
    nick: '老客户周先生',
    order: 'TM-1010',
    messages: [['去年的一单，还能补开吗？', 'An order from last year: still possible?']],
  },
  { id: 'c-08', nick: '路过的访客', order: null, messages: [['在吗？', 'Is anybody there?']] },
]

const stage = await readStage()
const product = new URL(stage.serverUrl).origin
const drafts = new Map()
let current = CONVERSATIONS[0]

const box = document.getElementById('box')
const frame = make('iframe')
frame.title = say('开票侧栏', 'Invoice panel')
frame.allow = 'clipboard-read; clipboard-write'

function tellContext() {
  const context = {
    type: 'fapiao:context',
    platform: 'taobao',
    shopId: stage.consoleShop,
    buyerNick: current.nick,
    buyerId: `buyer-${current.id}`,
    orderNo: current.order,
    conversationId: current.id,
    locale,
  }
  frame.contentWindow.postMessage(context, product)
}

addEventListener('message', ({ source, origin, data }) => {
  if (source !== frame.contentWindow || origin !== product) return
  if (data.type === 'fapiao:ready') tellContext()
  if (data.type !== 'fapiao:insert-text' || typeof data.text !== 'string') return
  // The box belongs to the open conversation; a sentence for another one must not land in it.
  const isOpen = data.conversationId === current.id
  if (isOpen) {
    box.value = data.text
    box.focus()
  }
  frame.contentWindow.postMessage({ type: 'fapiao:inserted', id: data.id, ok: isOpen }, product)
})

function open(conversation) {
  drafts.set(current.id, box.value)
  current = conversation
  box.value = drafts.get(current.id) ?? ''
  paint()
  if (frame.isConnected) tellContext()
}

function paint() {
  document.getElementById('who').textContent = current.nick
  document.getElementById('about').textContent = current.order
    ? say(`来自订单 ${current.order}`, `About order ${current.order}`)
    : say('没有带订单', 'Without an order')
  const bubbles = current.messages.map(([chinese, english, isOwn]) =>
    make('li', isOwn ? 'message message-own' : 'message', say(chinese, english)),
  )
  document.getElementById('messages').replaceChildren(...bubbles)
  document.getElementById('people').replaceChildren(...CONVERSATIONS.map(personOf))
}

function personOf(conversation) {
  const item = make('li')
  const button = make('button', 'person')
  button.type = 'button'
  button.setAttribute('aria-current', String(conversation === current))
  const face = make('span', 'face', [...conversation.nick][0])
  face.setAttribute('aria-hidden', 'true')
  const [chinese, english] = conversation.messages[conversation.messages.length - 1]
  button.append(face, make('b', '', conversation.nick), make('small', '', say(chinese, english)))
  button.addEventListener('click', () => {
    open(conversation)
    document.querySelector('.person[aria-current="true"]').focus()
  })
  item.append(button)
  return item
}

document.getElementById('reply').addEventListener('submit', (event) => {
  event.preventDefault()
  if (!box.value.trim()) return
  current.messages.push([box.value, box.value, true])
  box.value = ''
  paint()
})

const toggle = document.getElementById('toggle')
toggle.addEventListener('click', () => {
  const isOpen = document.getElementById('desk').classList.toggle('desk-panel')
  toggle.setAttribute('aria-pressed', String(isOpen))
})

paint()
try {
  const token = await fetchLaunchToken('console')
  // In the fragment: it reaches neither the product's log nor a referrer, and the panel scrubs it at once.
  frame.src = `${stage.serverUrl}/sidebar/${stage.consoleShop}?lang=${locale}#t=${token}`
  document.getElementById('panel').append(frame)
} catch {
  document.getElementById('trouble').hidden = false
}
