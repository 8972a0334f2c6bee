import { say } from './language.js'
import { make, readStage } from './stage.js'

const ASK_AGAIN_MS = 400
const at = (id) => document.getElementById(id)

const stage = await readStage()
for (const code of stage?.shops ?? []) {
  const option = make('option', '', code)
  option.value = code
  at('shop').append(option)
}

// Another file or shop: what was checked is not what would be imported.
for (const id of ['file', 'shop']) {
  at(id).addEventListener('change', () => {
    at('real').hidden = true
    at('result').hidden = true
  })
}

at('form').addEventListener('submit', async (event) => {
  event.preventDefault()
  const dryRun = event.submitter?.value ?? 'true'
  const body = new FormData()
  body.append('file', at('file').files[0])
  const query = new URLSearchParams({ shop: at('shop').value, dry_run: dryRun })
  at('trouble').hidden = true
  setBusy(true)
  try {
    const answer = await fetch(`/api/imports?${query}`, { method: 'POST', body })
    const run = await answer.json()
    if (answer.ok) await follow(run)
    else complain(run)
  } catch {
    complain({})
  } finally {
    setBusy(false)
  }
})

function setBusy(isBusy) {
  for (const button of at('form').querySelectorAll('button')) button.disabled = isBusy
}

/** Read again until it is over; the answers are the truth, this page keeps nothing. */
async function follow(run) {
  show(run)
  if (run.state !== 'running') return
  await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS))
  const answer = await fetch(`/api/imports/${run.id}`)
  if (answer.ok) await follow(await answer.json())
  else complain(await answer.json())
}

const STATES = {
  running: ['正在读取…', 'Reading…'],
  done: ['完成', 'Done'],
  failed: ['没有成功', 'Did not work'],
}

function show(run) {
  const [chinese, english] = STATES[run.state]
  const dry = run.isDryRun ? say('检查：', 'Check: ') : say('导入：', 'Import: ')
  at('result').hidden = false
  at('state').textContent = `${dry}${say(chinese, english)}`
  at('progress').value = run.state === 'done' ? 1 : run.bytesRead / Math.max(1, run.bytesTotal)
  at('counts').replaceChildren(
    count(say('读到的行', 'Rows read'), run.rowsRead),
    count(say('新增订单', 'New orders'), run.created),
    count(say('更新', 'Updated'), run.updated),
    count(say('没有变化', 'Unchanged'), run.unchanged),
    count(say('被拒的行', 'Rows refused'), run.rejected),
  )
  at('rejections').replaceChildren(...run.rejections.map(rowOf))
  at('rejections-box').hidden = run.rejections.length === 0
  at('download').hidden = run.state === 'running' || run.rejected === 0
  at('download').href = `/api/imports/${run.id}/rejections`
  at('real').hidden = !(run.isDryRun && run.state === 'done' && run.created + run.updated > 0)
  if (run.state === 'failed') complain(run)
}

function count(name, value) {
  const box = make('div')
  box.append(make('dt', '', name), make('dd', '', value.toLocaleString()))
  return box
}

function rowOf({ rowNumber, column, value, detail }) {
  const row = make('tr')
  row.append(
    make('td', '', rowNumber),
    make('td', '', column ?? ''),
    make('td', '', value),
    make('td', '', detail),
  )
  return row
}

function complain({ detail }) {
  at('trouble').hidden = false
  at('trouble').textContent =
    detail ?? say('没有成功，请确认服务已启动。', 'That did not work. Is the product running?')
}
