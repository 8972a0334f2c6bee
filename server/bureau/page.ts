import { type Account, availableFen } from './accounts.ts'
import { type Bureau, CALLS } from './bureau.ts'
import { FAULT_NAMES } from './faults.ts'
import { type Form, formState, issuedRedOf } from './forms.ts'
import {
  badge,
  type Cell,
  escapeHtml,
  form,
  type Html,
  input,
  money,
  page,
  section,
  select,
  shanghaiTime,
  table,
} from './page-parts.ts'
import type { Numbered } from './records.ts'
import type { Scan } from './scans.ts'
import { PROFILES, type Range } from './settings.ts'
import type { Entry } from './view-entry.ts'
import { createSay, type Lang, type Say } from './words.ts'

const ROWS = 100
const SHARE = 'inputmode="decimal" pattern="(0|1|0?\\.\\d+|0\\.\\d+)"'
const WHOLE = 'inputmode="numeric" pattern="\\d+"'
const RANGE = 'pattern="\\d+(-\\d+)?"'

/** The desk of the simulator. Everything shown may come from a stranger's sheet, so all is escaped. */
export function renderDesk(bureau: Bureau, lang: Lang): Html {
  const say = createSay(lang)
  const rows = [...bureau.rows(bureau.count() - ROWS, bureau.count())].reverse()
  const forms = bureau.forms.all().slice(-ROWS).reverse()
  const body = [
    renderHead(say),
    `<div class="pair">${renderClock(bureau, say)}${section(say.word('accounts'), renderAccounts(bureau.accounts(), say))}</div>`,
    section(say.word('forms'), renderForms(forms, bureau, say), say.word('forms_hint')),
    section(say.word('invoices'), renderEntries(rows, bureau, say), say.word('invoices_hint')),
    `<div class="pair">${section(say.word('channel'), renderChannel(bureau, say))}${section(say.word('callbacks'), renderCallbacks(bureau, say) + renderShares(bureau, say))}</div>`,
  ]
  return page(say, say.word('title'), body.join('\n'))
}

/** What a drawer sees after scanning the QR. */
export function renderScan(scan: Scan): Html {
  const say = createSay('zh')
  return page(
    say,
    say.word('scan_title'),
    `<header><h1>模拟扫码认证 Scan to log in</h1></header><section><p>纳税人 taxpayer <b>${escapeHtml(scan.taxId)}</b></p>
<form method="post" action="/scan/${escapeHtml(scan.token)}"><button class="good">确认登录 / 刷脸通过 Confirm</button></form></section>`,
  )
}

export function renderNote(text: string): Html {
  const say = createSay('zh')
  const head = '<header><h1>模拟税局 Bureau simulator</h1></header>'
  return page(say, say.word('title'), `${head}<section><p role="status">${escapeHtml(text)}</p></section>`)
}

function renderHead(say: Say): Html {
  const other =
    say.lang === 'zh'
      ? '<a href="/?lang=en" lang="en">English</a>'
      : '<a href="/?lang=zh" lang="zh-CN">中文</a>'
  return `<header><h1>${say.word('title')}</h1><nav><a href="/?lang=${say.lang}">${say.word('refresh')}</a>${other}</nav><p class="note">${say.word('note')}</p></header>`
}

function renderClock(bureau: Bureau, { lang, word }: Say): Html {
  const steps = [
    ['hour', '1'],
    ['day', '24'],
    ['three_days', '72'],
    ['month', '744'],
  ] as const
  const buttons = steps.map(([key, hours]) =>
    form(lang, { act: 'advance', label: word(key), hidden: { hours } }),
  )
  return section(
    word('clock'),
    `<p class="clock">${shanghaiTime(bureau.nowMs())}</p><div class="row">${buttons.join('')}</div>`,
    word('clock_hint'),
  )
}

function renderAccounts(accounts: readonly Account[], say: Say): Html {
  const { lang, word } = say
  const line = input('lineFen', word('line'), '', WHOLE)
  const all = `<h3>${word('all_accounts')}</h3><div class="row">${form(lang, { act: 'offline', label: word('all_offline'), tone: 'bad' })}${form(lang, { act: 'online', label: word('all_online'), tone: 'good' })}${form(lang, { act: 'credit', label: word('set'), fields: line })}</div>`
  if (accounts.length === 0) return `<p class="empty">${word('no_accounts')}</p>${all}`
  return accounts.map((account) => renderAccount(account, say)).join('') + all
}

function renderAccount(account: Account, { lang, word, channel }: Say): Html {
  const hidden = { account: account.taxId }
  const isOnline = account.channel === 'online'
  const acts = isOnline
    ? form(lang, { act: 'offline', label: word('login_expired'), hidden }) +
      form(lang, { act: 'offline', label: word('face'), hidden: { ...hidden, code: '1102' } }) +
      form(lang, { act: 'offline', label: word('sms'), hidden: { ...hidden, code: '420' } })
    : form(lang, { act: 'online', label: word('online'), hidden, tone: 'good' })
  const line = input('lineFen', word('line'), String(account.lineFen), WHOLE)
  return `<h3 class="code">${escapeHtml(account.taxId)}</h3>
<p class="hint">${badge(channel(account.channel), isOnline ? 'good' : 'bad')} ${word('credit')} ${money(account.lineFen)} · ${word('used')} ${money(account.usedFen)} · ${word('free')} <b>${money(availableFen(account))}</b></p>
<div class="row">${acts}${form(lang, { act: 'credit', label: word('set'), hidden, fields: line })}</div>`
}

function renderForms(forms: readonly Form[], bureau: Bureau, say: Say): Html {
  const { word } = say
  if (forms.length === 0) return `<p class="empty">${word('no_forms')}</p>`
  const heads = [
    'state',
    'form_number',
    'blue_number',
    'buyer',
    'reason',
    'gross',
    'red_number',
    'acts',
  ] as const
  return table(
    heads.map((head) => word(head)),
    forms.map((one) => formCells(one, bureau, say)),
  )
}

function formCells(one: Form, bureau: Bureau, say: Say): Cell[] {
  const nowMs = bureau.nowMs()
  const state = formState(one, nowMs)
  const red = issuedRedOf(one, nowMs)
  const isWaiting = state === '02'
  const tone =
    red !== null
      ? 'good'
      : isWaiting || state === '15'
        ? 'wait'
        : ['01', '04'].includes(state)
          ? 'plain'
          : 'bad'
  const until = isWaiting
    ? `<span class="sub">${say.word('until')} ${shanghaiTime(one.untilMs ?? nowMs)}</span>`
    : ''
  const hidden = (act: string) => ({ formSerial: one.formSerial, act })
  const acts = [
    form(say.lang, { act: 'form', label: say.word('confirm'), hidden: hidden('confirm'), tone: 'good' }),
    form(say.lang, { act: 'form', label: say.word('refuse'), hidden: hidden('refuse'), tone: 'bad' }),
  ]
  return [
    { html: `${badge(`${state} ${say.form(state)}`, tone)}${until}` },
    { html: one.formNumber, kind: 'code' },
    { html: one.blueNumber, kind: 'code' },
    { html: escapeHtml(bureau.invoice(one.blueNumber)?.buyerName ?? ''), kind: 'wide' },
    { html: `${one.reason} ${say.reason(one.reason)}` },
    { html: money(one.grossFen), kind: 'sum' },
    { html: red?.number ?? '', kind: 'code' },
    { html: isWaiting ? acts.join('') : '', kind: 'acts' },
  ]
}

function renderEntries(rows: readonly Entry[], bureau: Bureau, say: Say): Html {
  const { word } = say
  if (rows.length === 0) return `<p class="empty">${word('no_invoices')}</p>`
  const heads = ['time', 'state', 'number', 'orders', 'buyer', 'gross', 'acts'] as const
  return table(
    heads.map((head) => word(head)),
    rows.map((entry) => entryCells(entry, bureau, say)),
  )
}

function entryCells(entry: Entry, bureau: Bureau, say: Say): Cell[] {
  const time = `${shanghaiTime(entry.atMs)}<span class="sub code">${escapeHtml(entry.serial)}</span>`
  if (entry.t === 'refused') {
    const state = `${badge(say.word('rejected'), 'bad')}<span class="sub">${escapeHtml(`${entry.code} ${entry.message}`)}</span>`
    return [{ html: time }, { html: state, kind: 'wide' }, ...Array.from({ length: 5 }, () => ({ html: '' }))]
  }
  return [
    { html: time },
    { html: stateOf(entry, bureau, say) },
    { html: entry.number, kind: 'code' },
    { html: escapeHtml(entry.orderNumbers.join(' ')), kind: 'wide' },
    { html: escapeHtml(entry.buyerName), kind: 'wide' },
    { html: money(entry.grossFen), kind: 'sum' },
    { html: usageActs(entry, say), kind: 'acts' },
  ]
}

function stateOf(entry: Numbered, bureau: Bureau, { word, usage }: Say): Html {
  const nowMs = bureau.nowMs()
  if (nowMs < entry.dueMs) return badge(word('accepted'), 'wait')
  const reds = bureau.forms.ofBlue(entry.number).filter((one) => issuedRedOf(one, nowMs) !== null)
  const takenFen = reds.reduce((sum, one) => sum + one.grossFen, 0)
  const used = entry.usage ?? 'none'
  const red = takenFen === 0 ? '' : `<span class="sub">${word('reversed')} ${money(takenFen)}</span>`
  return `${badge(word('issued'), 'good')}${used === 'none' ? '' : `<span class="sub">${usage(used)}</span>`}${red}`
}

function usageActs({ number, usage = 'none' }: Numbered, { lang, word }: Say): Html {
  const mark = (to: string, label: string) =>
    form(lang, { act: 'mark-used', label, hidden: { number, usage: to } })
  if (usage !== 'none') return mark('none', word('unuse'))
  return mark('deducted', word('deduct')) + mark('booked', word('book'))
}

function renderChannel(bureau: Bureau, { lang, word, profile, fault }: Say): Html {
  const settings = bureau.settings()
  const profiles = PROFILES.map((value) => ({ value, label: profile(value) }))
  const knobs = [
    input('latency', word('latency'), rangeWords(settings.latency), RANGE),
    input('redDelay', word('red_delay'), rangeWords(settings.redDelay), RANGE),
    input('asyncShare', word('async_share'), String(settings.asyncShare), SHARE),
    input('queryErrorShare', word('query_errors'), String(settings.queryErrorShare), SHARE),
    select('profile', word('profile'), profiles, settings.profile),
  ]
  const next = [
    select(
      'fault',
      word('fault'),
      FAULT_NAMES.map((value) => ({ value, label: fault(value) })),
    ),
    select(
      'call',
      word('call'),
      CALLS.map((value) => ({ value, label: value })),
    ),
    input('times', word('times'), '1', WHOLE),
  ]
  const pending = bureau.pendingFaults()
  const waiting = pending.length === 0 ? word('none') : pending.slice(0, 5).map(fault).join(', ')
  return `${form(lang, { act: 'settings', label: word('set'), fields: grid(knobs) })}
<h3>${word('fail_next')} · ${word('pending')} ${waiting}</h3>${form(lang, { act: 'fail-next', label: word('set'), fields: grid(next) })}`
}

function renderShares(bureau: Bureau, { lang, word, fault }: Say): Html {
  const { faultShares } = bureau.settings()
  const percent = (share: number) => String(Math.round(share * 10_000) / 100)
  const shares = FAULT_NAMES.map((name) =>
    input(name, fault(name), percent(faultShares[name] ?? 0), 'inputmode="decimal"'),
  )
  return `<h3>${word('shares')}</h3>${form(lang, { act: 'shares', label: word('set'), fields: grid(shares) })}`
}

function renderCallbacks(bureau: Bureau, { lang, word }: Say): Html {
  const settings = bureau.settings()
  // The path holds the token that makes a callback ours: the desk shows where, not how.
  const to = URL.parse(settings.callbackUrl)?.host ?? ''
  const head =
    to === ''
      ? word('no_callbacks')
      : `<span class="code">${escapeHtml(to)}</span> · ${word('pending')} ${bureau.newsCount()}`
  const knobs = [
    input('callbackDelay', word('callback_delay'), rangeWords(settings.callbackDelay), RANGE),
    input('callbackLostShare', word('callback_lost'), String(settings.callbackLostShare), SHARE),
    input('callbackTwiceShare', word('callback_twice'), String(settings.callbackTwiceShare), SHARE),
    input(
      'callbackOvertakenShare',
      word('callback_overtaken'),
      String(settings.callbackOvertakenShare),
      SHARE,
    ),
  ]
  return `<p class="hint">${head}</p>${form(lang, { act: 'settings', label: word('set'), fields: grid(knobs) })}`
}

function grid(fields: readonly Html[]): Html {
  return `<div class="grid">${fields.join('')}</div>`
}

function rangeWords({ minMs, maxMs }: Range): string {
  return minMs === maxMs ? `${minMs}` : `${minMs}-${maxMs}`
}
