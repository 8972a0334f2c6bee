import { yuan } from './view-entry.ts'
import type { Lang, Say } from './words.ts'

/** Text that is already safe HTML. */
export type Html = string

type Option = { readonly value: string; readonly label: string }

export function escapeHtml(text: string): Html {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

type Form = {
  readonly act: string
  readonly label: string
  readonly hidden?: Readonly<Record<string, string>>
  readonly fields?: Html
  readonly tone?: 'good' | 'bad' | 'plain'
}

/** One act of the desk: a form, because the page runs no script. */
export function form(lang: Lang, { act, label, hidden = {}, fields = '', tone = 'plain' }: Form): Html {
  const inputs = Object.entries({ lang, ...hidden }).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`,
  )
  return `<form method="post" action="/admin/${act}">${inputs.join('')}${fields}<button class="${tone}">${label}</button></form>`
}

export function input(name: string, label: string, value: string, extra = ''): Html {
  return `<label><span>${label}</span><input name="${name}" value="${escapeHtml(value)}" required ${extra}></label>`
}

export function select(name: string, label: string, options: readonly Option[], chosen = ''): Html {
  const items = options.map(
    ({ value, label: text }) =>
      `<option value="${value}"${value === chosen ? ' selected' : ''}>${escapeHtml(text)}</option>`,
  )
  return `<label><span>${label}</span><select name="${name}">${items.join('')}</select></label>`
}

export type Cell = { readonly html: Html; readonly kind?: 'sum' | 'code' | 'acts' | 'wide' }

/** On a phone each row becomes a card, so every cell carries its head. */
export function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): Html {
  const head = heads.map((text) => `<th scope="col" role="columnheader">${text}</th>`).join('')
  const body = rows.map((cells) => {
    const made = cells.map(
      ({ html, kind = '' }, index) =>
        `<td role="cell" class="${kind}" data-head="${escapeHtml(heads[index] ?? '')}">${html === '' ? '' : `<div>${html}</div>`}</td>`,
    )
    return `<tr role="row">${made.join('')}</tr>`
  })
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(heads.join(' '))}"><table role="table"><thead role="rowgroup"><tr role="row">${head}</tr></thead><tbody role="rowgroup">${body.join('\n')}</tbody></table></div>`
}

export function badge(text: string, tone: 'good' | 'bad' | 'wait' | 'plain'): Html {
  return `<span class="badge ${tone}">${escapeHtml(text)}</span>`
}

export function section(title: string, body: Html, hint = ''): Html {
  const under = hint === '' ? '' : `<p class="hint">${hint}</p>`
  return `<section><h2>${title}</h2>${under}${body}</section>`
}

export function page(say: Say, title: string, body: Html): Html {
  return `<!doctype html>
<html lang="${say.lang === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><link rel="stylesheet" href="/style.css"></head><body><main>${body}</main></body></html>`
}

/** With a comma between thousands: a person reads it. */
export function money(fen: number): string {
  const [whole = '', cents = ''] = yuan(fen).split('.')
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${cents}`
}

/** Shanghai's clock, to the second. */
export function shanghaiTime(atMs: number): string {
  return new Date(atMs + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
}
