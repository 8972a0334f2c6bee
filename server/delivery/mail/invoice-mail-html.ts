import { type Html, html } from './html.ts'
import type { InvoiceCard } from './invoice-mail.ts'
import type { InvoiceMailWords } from './invoice-mail-words.ts'

type Parts = {
  readonly words: InvoiceMailWords
  readonly language: 'zh-CN' | 'en'
  readonly shopName: string
  readonly colours: { readonly background: string; readonly foreground: string }
  readonly subject: string
  /** The first in the language of the mail. */
  readonly leads: readonly string[]
  /** Empty when there is nothing to reissue. */
  readonly hint: string
  readonly cards: readonly InvoiceCard[]
  readonly url: string
  readonly verifyUrl: string
  readonly isDemo: boolean
}

const FONT =
  "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI','PingFang SC','Microsoft YaHei','Noto Sans SC',Arial,sans-serif"
const TABLE = 'role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"'
const table: Html = { markup: TABLE }

/**
 * Tables and inline styles only: Outlook draws with Word, Gmail and QQ drop style sheets, and several cut
 * classes. Nothing is loaded from outside, so nothing is blocked and nobody is tracked.
 */
export function renderInvoiceMail(parts: Parts): Html {
  const { words, language, shopName, colours, subject, leads, hint, cards, url, verifyUrl, isDemo } = parts
  const { background, foreground } = colours
  return html`<!doctype html>
<html lang="${language}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<title>${subject}</title>
</head>
<body style="margin:0;padding:0;background:#f2f4f7;color:#101828;${FONT};-webkit-text-size-adjust:100%">
<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${preview(cards)}</div>
<table ${table} style="background:#f2f4f7"><tr><td align="center" style="padding:16px 8px 32px">
<table ${table} style="max-width:560px;background:#ffffff;border-radius:12px;overflow:hidden;border:1px solid #e4e7ec">
<tr><td style="background:${background};color:${foreground};padding:18px 24px;font-size:17px;font-weight:600;line-height:1.4;word-break:break-word">${shopName}</td></tr>
${isDemo ? demoBand(words) : []}
${leads.map((lead, index) => leadRow(lead, index === 0))}
${cards.map((card) => cardRow(words, card))}
<tr><td style="padding:24px 24px 0">
<table ${table}><tr><td align="center" bgcolor="${background}" style="background:${background};border-radius:8px">
<a href="${url}" target="_blank" rel="noopener" style="display:block;padding:14px 20px;font-size:16px;font-weight:600;line-height:1.25;color:${foreground};text-decoration:none">${words.open}</a>
</td></tr></table></td></tr>
<tr><td style="padding:10px 24px 0;font-size:13px;line-height:1.6;color:#475467;word-break:break-all"><a href="${url}" target="_blank" rel="noopener" style="color:#475467">${url}</a></td></tr>
<tr><td style="padding:14px 24px 24px;font-size:13px;line-height:1.6;color:#475467">${hint}</td></tr>
</table>
<table ${table} style="max-width:560px"><tr><td style="padding:16px 24px 0;font-size:12px;line-height:1.6;color:#586274;text-align:center"><a href="${verifyUrl}" target="_blank" rel="noopener" style="color:#586274">${words.verify}</a><br>${words.footer}</td></tr></table>
</td></tr></table>
</body>
</html>
`
}

/** The line a mail list shows after the subject. */
function preview(cards: readonly InvoiceCard[]): string {
  return cards.map(({ heading, amount }) => `${heading} ${amount}`).join(' · ')
}

function leadRow(lead: string, isFirst: boolean): Html {
  const style = isFirst
    ? 'padding:22px 24px 4px;font-size:15px;color:#344054'
    : 'padding:4px 24px;font-size:13px;color:#475467'
  return html`<tr><td style="${style};line-height:1.65;word-break:break-word">${lead}</td></tr>`
}

function demoBand(words: InvoiceMailWords): Html {
  return html`<tr><td style="background:#fffaeb;color:#93370d;padding:10px 24px;font-size:13px;line-height:1.5;border-bottom:1px solid #fedf89">${words.demoNotice}</td></tr>`
}

function cardRow(words: InvoiceMailWords, card: InvoiceCard): Html {
  const { heading, amount, rows, fileNames } = card
  const amountColour = card.colour === 'red' ? '#b42318' : '#101828'
  return html`<tr><td style="padding:16px 24px 0">
<table ${table} style="border:1px solid #e4e7ec;border-radius:10px">
<tr><td style="padding:16px 16px 4px;font-size:13px;line-height:1.5;color:#475467">${heading}<div style="padding-top:2px;font-size:26px;font-weight:700;line-height:1.3;color:${amountColour}">${amount}</div></td></tr>
<tr><td style="padding:6px 16px 14px"><table ${table}>
${rows.map(([label, value]) => factRow(label, value))}
</table></td></tr>
<tr><td style="padding:10px 16px 12px;border-top:1px solid #e4e7ec;font-size:13px;line-height:1.7;color:#475467;word-break:break-word;overflow-wrap:anywhere">${words.files}${words.colon}${fileNames.map((fileName) => html`<div style="color:#101828">${fileName}</div>`)}</td></tr>
</table></td></tr>`
}

function factRow(label: string, value: string): Html {
  return html`<tr><td width="64" valign="top" style="padding:5px 12px 5px 0;font-size:13px;line-height:1.5;color:#475467;white-space:nowrap">${label}</td><td valign="top" style="padding:5px 0;font-size:14px;line-height:1.5;color:#101828;word-break:break-word;overflow-wrap:anywhere">${value}</td></tr>`
}
