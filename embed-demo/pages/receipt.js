import { locale, say } from './language.js'
import { make, post, yuan } from './stage.js'

const trouble = document.getElementById('trouble')
const paper = document.getElementById('paper')

document.getElementById('form').addEventListener('submit', async (event) => {
  event.preventDefault()
  const [shop, order] = document.getElementById('order').value.split(' ')
  const answer = await post('/api/link', { shop, order }).catch(() => null)
  const link = answer?.ok ? await answer.json() : null
  trouble.hidden = link !== null
  paper.hidden = link === null
  trouble.textContent = say('没有拿到链接，请确认服务已启动。', 'No link: is the product running?')
  if (link !== null) print(link)
})

function print({ url, qrSvg, expiresAt, lines }) {
  const rows = lines.flatMap(({ title, paidFen }) => [make('dt', '', title), make('dd', '', yuan(paidFen))])
  document.getElementById('lines').replaceChildren(...rows)
  document.getElementById('sum').textContent = yuan(lines.reduce((sum, { paidFen }) => sum + paidFen, 0))
  // As an image: markup from elsewhere does not become part of this page.
  document.getElementById('qr').src = `data:image/svg+xml,${encodeURIComponent(qrSvg)}`
  const until = new Date(expiresAt).toLocaleDateString(locale, { timeZone: 'Asia/Shanghai' })
  document.getElementById('until').textContent = say(`${until} 前有效`, `Valid until ${until}`)
  const phone = document.getElementById('phone')
  phone.href = url
  phone.hidden = false
}
