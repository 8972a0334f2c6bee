/** The desk's only style sheet. Wide screens show tables, narrow ones a card for each row. */
export const STYLE = `:root{color-scheme:light dark;--paper:#f5f3ef;--card:#fff;--ink:#1d1b18;--soft:#5f5a52;--line:#dcd6cb;--red:#a3291d;--good:#0a6b37;--wait:#8a5300}
@media(prefers-color-scheme:dark){:root{--paper:#171614;--card:#211f1c;--ink:#f0ece4;--soft:#b0a99c;--line:#3b3731;--red:#ff9384;--good:#5fcf95;--wait:#f0b75c}}
*{box-sizing:border-box}
body{font:15px/1.55 system-ui,"Noto Sans SC",sans-serif;margin:0;background:var(--paper);color:var(--ink)}
main{max-width:1240px;margin:0 auto;padding:20px 16px 40px;display:grid;gap:16px;grid-template-columns:minmax(0,1fr)}
header{display:flex;flex-wrap:wrap;gap:4px 16px;align-items:baseline;border-top:4px double var(--red);padding-top:12px}
h1{font-size:24px;margin:0;color:var(--red)}h2{font-size:17px;margin:0 0 6px}h3{font-size:14px;margin:14px 0 4px;color:var(--soft)}
header nav{margin-left:auto;display:flex;gap:14px}a{color:inherit}
.note{margin:0;flex-basis:100%;color:var(--soft)}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:16px;min-width:0}
.hint,.empty{margin:0 0 10px;color:var(--soft);font-size:14px}
.pair{display:grid;gap:16px;grid-template-columns:minmax(0,1fr)}
@media(min-width:900px){.pair{grid-template-columns:minmax(0,1fr) minmax(0,1fr)}}
.clock{font-size:22px;font-variant-numeric:tabular-nums;margin:0 0 6px}
.scroll{overflow-x:auto}.scroll:focus-visible{outline:2px solid var(--red);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th{font-weight:600;color:var(--soft);font-size:13px}
th,td{text-align:left;padding:8px 10px;border-bottom:1px solid var(--line);vertical-align:top}
tbody tr:last-child td{border-bottom:0}
td.sum{text-align:right;white-space:nowrap}.code{font-family:ui-monospace,monospace;font-size:13px;overflow-wrap:anywhere}
td.code{white-space:nowrap}td.wide{min-width:9em;overflow-wrap:anywhere}td.acts div{display:flex}td .sub.code{max-width:17em}
.acts button{min-height:32px;padding:2px 10px}
.badge{display:inline-block;padding:1px 8px;border-radius:99px;border:1px solid currentColor;font-size:13px;white-space:nowrap}
.badge.good{color:var(--good)}.badge.bad{color:var(--red)}.badge.wait{color:var(--wait)}.badge.plain{color:var(--soft)}
.sub{display:block;color:var(--soft);font-size:13px}
form{display:flex;flex-wrap:wrap;gap:8px;align-items:end}
.acts form,.row form{display:inline-flex;margin:0 6px 6px 0}.row{display:flex;flex-wrap:wrap;align-items:end}
.grid{display:grid;gap:8px 12px;grid-template-columns:repeat(auto-fill,minmax(128px,1fr));flex-basis:100%}
label{display:grid;gap:2px;align-content:end;font-size:13px;color:var(--soft)}
input,select,button{font:inherit;font-size:14px;color:var(--ink);min-height:36px;padding:4px 10px;border:1px solid var(--line);border-radius:8px;background:var(--paper);width:100%}
td input{width:11em}
button{cursor:pointer;width:auto;white-space:nowrap}button:hover{border-color:currentColor}
button.good{color:var(--good)}button.bad{color:var(--red)}
:is(input,select,button,a):focus-visible{outline:2px solid var(--red);outline-offset:2px}
@media(max-width:760px){
table,tbody,tr,td{display:block}thead{display:none}
tbody tr{border:1px solid var(--line);border-radius:10px;padding:6px 12px;margin-bottom:10px}
td,td.sum{display:grid;grid-template-columns:92px minmax(0,1fr);gap:8px;text-align:left;padding:6px 0;border:0;white-space:normal;min-width:0}
td.code,td.wide{min-width:0;white-space:normal}.acts button{min-height:40px}
td.code::before,td::before{content:attr(data-head);color:var(--soft);font:13px system-ui,"Noto Sans SC",sans-serif}
td:empty{display:none!important}td.acts{display:block}td.acts div{flex-wrap:wrap}td>div{min-width:0;overflow-wrap:anywhere}td.acts::before{content:none}
button{min-height:40px}}`
