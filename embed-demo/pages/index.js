import { here, say } from './language.js'
import { make, readStage } from './stage.js'

/** Number, paid amount, what it shows. The truth is in the product; this is the programme of the evening. */
const ORDERS = [
  ['TM-1001', '299.00', '一行商品，直接开', 'One line, straight through'],
  ['TM-1002', '1,200.00', '优惠 80.00 按行分摊，含赠品', 'A discount of 80.00 spread over lines, and a gift'],
  ['TM-1003', '168.00', '未付款', 'Not paid'],
  ['TM-1004', '500.00', '已退 120.00，可开 380.00', '120.00 refunded, 380.00 left'],
  ['TM-1005', '260.00', '退款处理中', 'A refund under way'],
  ['TM-1006', '188.00', '已取消', 'Cancelled'],
  ['TM-1007', '299.00', '普票已开具', 'Ordinary invoice issued already'],
  ['TM-1008', '640.00', '专票已开具，已抵扣', 'Special invoice issued and deducted'],
  ['TM-1009', '219.00', '13% 与 6% 两种税率', 'Two tax rates, 13% and 6%'],
  ['TM-1010', '158.00', '自助开票已截止', 'Past the self-service deadline'],
  ['WX-2001', '99.90', '店铺订单页的第一单', 'First order on the storefront'],
  ['WX-2002', '45.00', '已全额退款', 'Refunded in full'],
  ['WX-2003', '60.00', '同一买家的另一单', 'Another order of the same buyer'],
  ['DUP-4001', '100.00 / 36.00', '两个店铺都有这个单号', 'The same number in two shops'],
  ['DEMO-SLOW', '50.00', '税局很慢', 'A slow bureau'],
  ['DEMO-OFFLINE', '50.00', '开票账号掉线', 'The issuing account is offline'],
  ['DEMO-CREDIT', '50.00', '开票额度不足', 'The credit line is used up'],
  ['DEMO-INDOUBT', '50.00', '结果不明，只查不重开', 'Outcome unknown: asked, never sent twice'],
  ['DEMO-REJECT', '50.00', '税局退回', 'Rejected by the bureau'],
  ['DEMO-MAILFAIL', '50.00', '开票成功，邮件失败', 'Issued, but the mail bounces'],
]

const body = document.getElementById('orders')
for (const [number, paid, chinese, english] of ORDERS) {
  const row = make('tr')
  const cell = make('td')
  cell.append(make('span', 'code', number))
  row.append(cell, make('td', '', paid), make('td', '', say(chinese, english)))
  body.append(row)
}

const stage = await readStage()
const links = document.getElementById('links')
const add = (href, text) => {
  const item = make('li')
  const link = make('a', 'push', text)
  link.href = href
  item.append(link)
  links.append(item)
}
add(here('/receipt'), say('二维码小票', 'Receipt with a QR code'))
if (stage) add(`${stage.serverUrl}/console`, say('审核后台', 'Review console'))
add(here('/authenticator'), say('演示验证器', 'Demo authenticator'))
if (stage) add(`${stage.serverUrl}/i/${stage.consoleShop}`, say('手机开票页', 'Phone page of the shop'))
if (stage?.outboxUrl) add(stage.outboxUrl, say('发件箱', 'Mail outbox'))
if (stage?.bureauUrl) add(stage.bureauUrl, say('税局模拟器', 'Bureau simulator'))
