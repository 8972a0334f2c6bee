import { say } from './language.js'
import { make } from './stage.js'

const ROLES = {
  finance: ['财务', 'Finance'],
  shop_admin: ['店铺管理员', 'Shop admin'],
  agent: ['客服', 'Agent'],
  senior_agent: ['客服主管', 'Senior agent'],
  auditor: ['审计', 'Auditor'],
  ops: ['运维', 'Operations'],
}

const phones = document.getElementById('phones')
const left = document.getElementById('left')
let endsAt = 0

function drawPhone({ login, role, password, code }) {
  const phone = make('li', 'phone')
  const [chinese, english] = ROLES[role] ?? [role, role]
  phone.append(make('b', '', say(chinese, english)))
  phone.append(make('span', 'code-now', `${code.slice(0, 3)} ${code.slice(3)}`))
  phone.append(make('span', 'soft small', say('账号', 'Account')), make('code', '', login))
  phone.append(make('span', 'soft small', say('密码', 'Password')), make('code', '', password))
  return phone
}

async function draw() {
  const answer = await fetch('/api/authenticator')
  if (!answer.ok) return
  const { consoleUrl, endsInMs, accounts } = await answer.json()
  document.getElementById('console').href = consoleUrl
  endsAt = Date.now() + endsInMs
  phones.replaceChildren(...accounts.map(drawPhone))
}

function tick() {
  const seconds = Math.ceil((endsAt - Date.now()) / 1000)
  left.textContent = say(`${Math.max(0, seconds)} 秒后换新码`, `New codes in ${Math.max(0, seconds)} s`)
  if (seconds <= 0) void draw()
}

await draw()
tick()
setInterval(tick, 1000)
