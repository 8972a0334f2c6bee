import { type Html, html } from '../delivery/mail/html.ts'
import type { CaughtMail, MailSummary } from './mail-store.ts'
import { OUTBOX_WORDS, type OutboxLanguage, type OutboxWords } from './outbox-words.ts'

type Frame = { readonly language: OutboxLanguage; readonly path: string; readonly title: string }

function frame({ language, path, title }: Frame, body: Html): string {
  const words = OUTBOX_WORDS[language]
  return html`<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title}</title>
<link rel="icon" href="/outbox-icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/outbox.css">
<script src="/outbox.js" defer></script>
</head>
<body>
<header class="top"><div class="wide bar">
<a class="brand" href="/?lang=${language}"><img src="/outbox-icon.svg" alt="" width="28" height="28"><span>${words.title}</span></a>
<nav class="languages"><a href="${withLanguage(path, 'zh')}" lang="zh-CN"${current(language === 'zh')}>中文</a><a href="${withLanguage(path, 'en')}" lang="en"${current(language === 'en')}>English</a></nav>
</div></header>
<main class="wide">${body}</main>
</body>
</html>
`.markup
}

const current = (isCurrent: boolean): Html => ({ markup: isCurrent ? ' aria-current="true"' : '' })

function withLanguage(path: string, language: OutboxLanguage): string {
  const url = new URL(path, 'http://outbox')
  url.searchParams.set('lang', language)
  return `${url.pathname}${url.search}`
}

type ListView = {
  readonly language: OutboxLanguage
  readonly path: string
  readonly isDown: boolean
  readonly to: string | null
  readonly total: number
  readonly mails: readonly MailSummary[]
}

/** The list, newest first, with the switch that plays a dead mail server. */
export function renderOutbox(view: ListView): string {
  const { language, path, isDown, to, total, mails } = view
  const words = OUTBOX_WORDS[language]
  const body = html`<h1>${words.title}</h1>
<p class="note">${words.note}</p>
<section class="panel state ${isDown ? 'is-down' : 'is-up'}">
<p role="status"><span class="dot"></span>${isDown ? words.down : words.up}</p>
<div class="actions">
<form method="post" action="/state?lang=${language}"><input type="hidden" name="state" value="${isDown ? 'up' : 'down'}"><button class="quiet">${isDown ? words.switchOn : words.switchOff}</button></form>
<form method="post" action="/clear?lang=${language}"><button class="quiet">${words.clear}</button></form>
</div></section>
<form class="filter" method="get" action="/"><input type="hidden" name="lang" value="${language}">
<label for="to">${words.filter}</label><input id="to" name="to" type="search" value="${to ?? ''}" autocomplete="off" spellcheck="false">
<button>${words.search}</button>${to === null ? [] : html`<a class="button quiet" href="/?lang=${language}">${words.showAll}</a>`}</form>
<p class="count" data-newest="${mails[0]?.id ?? ''}">${words.count(total)}</p>
${mails.length === 0 ? html`<p class="panel empty">${to === null ? words.empty : words.emptyFor}</p>` : html`<ul class="panel mails">${mails.map((mail) => listItem(words, language, mail))}</ul>`}`
  return frame({ language, path, title: words.title }, body)
}

function listItem(words: OutboxWords, language: OutboxLanguage, mail: MailSummary): Html {
  const { id, subject, recipients, receivedAt, attachments } = mail
  return html`<li><a href="/mails/${id}?lang=${language}">
<span class="row"><span class="to">${recipients.join(', ')}</span><time datetime="${receivedAt.toISOString()}">${clock(receivedAt)}</time></span>
<span class="subject" dir="auto">${subject === '' ? words.noSubject : subject}</span>
${attachments.length === 0 ? [] : html`<span class="files">${words.attachments} ${attachments.length} · ${attachments.map(({ fileName }) => fileName).join(' · ')}</span>`}
</a></li>`
}

type MailView = { readonly language: OutboxLanguage; readonly path: string; readonly mail: CaughtMail }

/** One mail; its HTML stands in a frame that may run nothing and load nothing. */
export function renderMail({ language, path, mail }: MailView): string {
  const words = OUTBOX_WORDS[language]
  const { id, subject, recipients, from, receivedAt, messageId, attachments, text } = mail
  const facts: [string, string][] = [
    [words.from, from.name === '' ? from.address : `${from.name} <${from.address}>`],
    [words.to, recipients.join(', ')],
    [words.time, clock(receivedAt)],
    [words.messageId, messageId],
  ]
  const body = html`<p class="back"><a href="/?lang=${language}">← ${words.back}</a></p>
<h1 dir="auto">${subject === '' ? words.noSubject : subject}</h1>
<dl class="panel facts">${facts.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>
${attachments.length === 0 ? [] : html`<h2>${words.attachments}</h2><ul class="panel attachments">${attachments.map((attachment, index) => attachmentItem(id, attachment, index))}</ul>`}
${mail.html === null ? [] : html`<h2>${words.htmlBody}</h2><iframe class="panel body" title="${words.htmlBody}" src="/mails/${id}/body" sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer"></iframe>`}
<details class="panel text"${mail.html === null ? { markup: ' open' } : ''}><summary>${words.textBody}</summary><pre dir="auto" tabindex="0">${text}</pre></details>
<p><a class="button quiet" href="/mails/${id}/source" download>${words.source}</a></p>`
  return frame({ language, path, title: `${subject} · ${words.title}` }, body)
}

function attachmentItem(
  id: string,
  { fileName, sizeBytes }: MailSummary['attachments'][number],
  index: number,
): Html {
  return html`<li><a href="/mails/${id}/attachments/${index}" download><span>${fileName}</span><small>${kilobytes(sizeBytes)}</small></a></li>`
}

/** A page for a mail that is gone. */
export function renderNotFound(language: OutboxLanguage): string {
  const words = OUTBOX_WORDS[language]
  const body = html`<h1>${words.title}</h1><p class="panel empty">${words.notFound}</p><p><a href="/?lang=${language}">← ${words.back}</a></p>`
  return frame({ language, path: '/', title: words.title }, body)
}

const shanghai = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'medium',
})

const clock = (instant: Date): string => shanghai.format(instant)

const kilobytes = (bytes: number): string =>
  bytes < 1_024 ? `${bytes} B` : `${(bytes / 1_024).toFixed(1)} KB`
