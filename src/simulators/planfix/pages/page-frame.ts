import { randomBytes } from 'node:crypto'
import type { PageLanguage } from '../../common/page-language.ts'
import type { SimResponse } from '../../common/server.ts'
import { pageWords } from './page-words.ts'
import { plain } from './safe-html.ts'

const style = `
:root { color-scheme: light; font: 15px/1.5 system-ui, sans-serif; color: #1d2733; background: #eef1f5 }
* { box-sizing: border-box }
body { margin: 0 }
.notice { background: #fff3cd; color: #5c4400; padding: 6px 24px; font-size: 13px; border-bottom: 1px solid #f0dc9b }
header { background: #23405f; color: #fff; padding: 10px 24px; display: flex; gap: 20px; align-items: baseline }
header a { color: #cfe0f3; text-decoration: none }
header b { font-size: 17px }
main { max-width: 900px; margin: 20px auto 60px; padding: 0 16px }
.card { background: #fff; border: 1px solid #dbe1e8; border-radius: 8px; padding: 16px 20px; margin-bottom: 14px }
h1 { font-size: 21px; margin: 0 0 6px } h2 { font-size: 16px; margin: 0 0 10px }
.muted { color: #66758a; font-size: 13px }
.pill { display: inline-block; border-radius: 10px; padding: 1px 10px; color: #fff; font-size: 13px; vertical-align: 3px }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 14px; margin: 8px 0 0 } dt { color: #66758a } dd { margin: 0 }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: 6px 10px 6px 0; border-top: 1px solid #e6eaef }
th { border: 0; color: #66758a; font-weight: 500; font-size: 13px }
.comment { border-left: 4px solid #b9c6d6 } .comment.client { border-left-color: #3f9d4d } .comment.hand { border-left-color: #4573b1 }
.comment.hidden { background: #f6f0ff; border-left-color: #8a5cd1 } .comment.deleted { opacity: .5; text-decoration: line-through }
.text { overflow-wrap: anywhere } .text p { margin: 4px 0 } .text blockquote { margin: 4px 0; padding-left: 10px; border-left: 2px solid #ccd }
.files a { margin-right: 12px } .files img { display: block; max-width: 240px; max-height: 180px; border-radius: 6px; margin-top: 6px }
textarea, select, input[type=file] { font: inherit; width: 100%; border: 1px solid #b9c6d6; border-radius: 6px; padding: 8px; background: #fff }
select { width: auto } textarea { min-height: 80px; resize: vertical; margin: 8px 0 }
button { font: inherit; border: 1px solid #b9c6d6; background: #f7f9fb; border-radius: 6px; padding: 5px 14px; cursor: pointer }
button.main { background: #2d6cb5; border-color: #2d6cb5; color: #fff } button.bad { color: #a32626 } button.small { font-size: 12px; padding: 1px 8px }
.ticks { margin-top: 6px; font-size: 13px; color: #3f7d4d } .ticks.error { color: #a32626 }
.form { display: grid; grid-template-columns: max-content 1fr; gap: 8px 14px; align-items: center } .form input, .form select { font: inherit; width: 100% } .form input[type=checkbox] { width: auto; justify-self: start }
.row { display: flex; gap: 14px; flex-wrap: wrap; align-items: center } .grow { flex: 1 } [role=alert] { color: #a32626 }
`

/** A whole page; `script` runs under a nonce, and nothing is loaded from elsewhere. */
export function page(language: PageLanguage, title: string, body: string, script: string): SimResponse {
  const words = pageWords[language]
  const nonce = randomBytes(12).toString('base64')
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'; connect-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'`
  return {
    status: 200,
    headers: {
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    },
    body: `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>${plain(title)}</title>
<meta name="viewport" content="width=device-width"><style>${style}</style></head><body>
<div class="notice">${words.banner}</div>
<header><b>${words.simulator}</b><a href="/">${words.list}</a><a href="/chats">${words.chats}</a></header>
<main>${body}</main><script nonce="${nonce}">${live}${script}</script></body></html>`,
  }
}

/** Polls for changes twice a second and updates the page; `act` calls /control for a person's click. */
const live = `
const feed = document.querySelector('[data-feed]')
let shown = feed ? feed.innerHTML : ''
async function refresh() {
  if (!feed) return
  const answer = await fetch(feed.dataset.feed)
  if (!answer.ok) return
  const html = await answer.text()
  if (html !== shown) { shown = html; feed.innerHTML = html; feed.dispatchEvent(new Event('changed')) }
}
if (feed) setInterval(() => refresh().catch(() => {}), 500)
async function act(name, body) {
  const answer = await fetch('/control/' + name, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const result = await answer.json()
  const alert = document.querySelector('[role=alert]')
  if (alert) alert.textContent = answer.ok ? '' : result.error
  await refresh()
  return answer.ok ? result : undefined
}
`
