/** Served as files of their own, so that the page's policy needs no exception for inline code. */
export const OUTBOX_CSS = `
:root{--ink:#101828;--soft:#475467;--line:#e4e7ec;--ground:#f5f6f8;--brand:#175cd3}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.6 -apple-system,BlinkMacSystemFont,"Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans SC",Arial,sans-serif}
a{color:var(--brand)}
.wide{max-width:880px;margin:0 auto;padding:0 20px}
.top{background:#fff;border-bottom:1px solid var(--line)}
.bar{display:flex;align-items:center;justify-content:space-between;min-height:56px}
.brand{display:flex;align-items:center;gap:10px;color:var(--ink);font-weight:600;text-decoration:none;min-height:44px}
.languages{display:flex;gap:4px}
.languages a{padding:8px 10px;border-radius:8px;color:var(--soft);text-decoration:none}
.languages a[aria-current]{background:var(--ground);color:var(--ink);font-weight:600}
main{padding-top:24px!important;padding-bottom:64px!important}
h1{font-size:24px;line-height:1.35;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:15px;margin:28px 0 8px}
.note{margin:0 0 20px;color:var(--soft)}
.panel{background:#fff;border:1px solid var(--line);border-radius:12px;margin:0;list-style:none;padding:0}
.state{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:12px;padding:12px 16px}
.state p{margin:0;font-weight:600}
.dot{display:inline-block;width:10px;height:10px;border-radius:50%;margin-right:10px;background:#12b76a}
.is-down{background:#fffbfa;border-color:#fda29b}
.is-down .dot{background:#d92d20}
.actions{display:flex;gap:8px}
button,.button{font:inherit;font-weight:600;min-height:40px;padding:7px 16px;border-radius:8px;border:1px solid var(--brand);background:var(--brand);color:#fff;cursor:pointer;text-decoration:none;display:inline-flex;align-items:center}
button.quiet,.button.quiet{background:#fff;border-color:#d0d5dd;color:#344054}
button:hover,.button:hover{filter:brightness(.96)}
:focus-visible{outline:3px solid #84adff;outline-offset:2px}
.filter{display:flex;flex-wrap:wrap;align-items:center;gap:8px;margin:20px 0 12px}
.filter label{color:var(--soft);flex-basis:100%}
.filter input[type=search]{flex:1 1 160px;min-width:0;font:inherit;font-size:16px;min-height:40px;padding:6px 12px;border:1px solid #d0d5dd;border-radius:8px;background:#fff;color:var(--ink)}
.count{margin:0 0 8px;color:var(--soft);font-size:13px}
.mails li+li{border-top:1px solid var(--line)}
.mails a{display:block;padding:14px 16px;color:inherit;text-decoration:none}
.mails li:first-child a{border-radius:11px 11px 0 0}
.mails a:hover{background:#f9fafb}
.mails .row{display:flex;justify-content:space-between;gap:12px;color:var(--soft);font-size:13px}
.mails .to{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.mails time{flex:none;font-variant-numeric:tabular-nums}
.mails .subject{display:block;font-weight:600;overflow-wrap:anywhere}
.mails .files{display:block;color:var(--soft);font-size:13px;overflow-wrap:anywhere}
.empty{padding:40px 20px;text-align:center;color:var(--soft)}
.back{margin:0 0 12px}
.facts{margin:16px 0 0;padding:8px 16px}
.facts div{display:flex;gap:12px;padding:5px 0}
.facts dt{flex:none;width:84px;color:var(--soft)}
.facts dd{margin:0;min-width:0;overflow-wrap:anywhere}
.attachments li+li{border-top:1px solid var(--line)}
.attachments a{display:flex;justify-content:space-between;gap:12px;padding:11px 16px;overflow-wrap:anywhere;text-decoration:none}
.attachments a:hover span{text-decoration:underline}
.attachments small{flex:none;color:var(--soft)}
.body{display:block;width:100%;height:720px;margin-bottom:16px}
.text{margin:20px 0;padding:0 16px}
.text summary{cursor:pointer;padding:10px 0;min-height:44px}
.text pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;border-top:1px solid var(--line);margin:0;padding:12px 0 16px}
@media (max-width:480px){.wide{padding:0 12px}.actions{width:100%}.facts div{display:block}.facts dt{width:auto;font-size:13px}}
`

/** A new mail shows within two seconds without a click. Nothing here but a look at the newest id. */
export const OUTBOX_JS = `
const count = document.querySelector('[data-newest]')
if (count) {
  const to = new URL(location.href).searchParams.get('to') || ''
  setInterval(async () => {
    if (document.hidden || document.activeElement?.id === 'to') return
    const answer = await fetch('/api/mails?limit=1&to=' + encodeURIComponent(to)).catch(() => null)
    if (!answer?.ok) return
    const { mails } = await answer.json()
    if ((mails[0]?.id ?? '') !== count.dataset.newest) location.reload()
  }, 2000)
}
`

export const OUTBOX_ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28"><rect width="28" height="28" rx="8" fill="#175cd3"/>' +
  '<path d="M6.5 9.5h15v10h-15zM6.5 9.5l7.5 6 7.5-6" fill="none" stroke="#fff" stroke-width="1.8" stroke-linejoin="round"/></svg>'
