import type { PageLanguage } from '../../common/page-language.ts'
import { visitorScript } from './visitor-script.ts'
import { visitorWords } from './visitor-words.ts'

const style = `
:root { color-scheme: light dark; --bg: #eef1f5; --card: #fff; --line: #d5dbe3; --text: #1c2430; --soft: #5c6878;
  --accent: #1f6f5c; --on-accent: #fff; --theirs: #eef1f5; --warn: #fff4d6; --warn-text: #614700 }
@media (prefers-color-scheme: dark) { :root { --bg: #14181d; --card: #1d232b; --line: #343d49; --text: #e8ecf1;
  --soft: #9aa7b6; --accent: #4fb397; --on-accent: #08201a; --theirs: #2a323c; --warn: #3a3014; --warn-text: #f3dc9c } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; background: var(--bg); color: var(--text); font: 15px/1.45 system-ui, sans-serif }
[hidden] { display: none !important }
header { padding: 10px 16px; background: var(--warn); color: var(--warn-text); font-size: 13px; text-align: center }
main { display: grid; grid-template-columns: minmax(0, 1fr) 300px; gap: 16px; max-width: 980px; margin: 16px auto;
  padding: 0 16px; height: calc(100vh - 76px); min-height: 460px }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px }
h1, h2 { margin: 0; font-size: 15px }
.chat { display: flex; flex-direction: column; min-height: 0; overflow: hidden }
.top { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; padding: 12px 16px; border-bottom: 1px solid var(--line) }
.top h1 { flex: 1; overflow-wrap: anywhere }
.log { flex: 1; overflow-y: auto; padding: 16px; display: flex; flex-direction: column; gap: 10px }
.empty { margin: auto; color: var(--soft); text-align: center }
.message { max-width: 80%; align-self: flex-start }
.message.mine { align-self: flex-end }
.who { font-size: 12px; color: var(--soft); margin: 0 4px 2px }
.mine .who { text-align: right }
.bubble { padding: 8px 12px; border-radius: 12px; background: var(--theirs); white-space: pre-wrap; overflow-wrap: anywhere }
.mine .bubble { background: var(--accent); color: var(--on-accent) }
.bubble a { color: inherit }
.bubble img { display: block; max-width: 100%; max-height: 220px; border-radius: 8px; margin-top: 6px }
.notice { padding: 8px 16px; border-top: 1px solid var(--line); font-size: 13px; color: var(--soft) }
.notice.bad { background: var(--warn); color: var(--warn-text) }
.composer { display: flex; gap: 8px; padding: 12px; border-top: 1px solid var(--line); align-items: flex-end }
textarea, input { width: 100%; padding: 9px 11px; border: 1px solid var(--line); border-radius: 8px; background: var(--card);
  color: inherit; font: inherit }
textarea { resize: none; height: 42px }
button, .button { padding: 9px 14px; border: 1px solid var(--line); border-radius: 8px; background: var(--card); color: inherit;
  font: inherit; cursor: pointer; white-space: nowrap; text-decoration: none; display: inline-block }
button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent) }
button:disabled { opacity: .5; cursor: default }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.side { display: flex; flex-direction: column; gap: 16px; overflow-y: auto }
.side section { padding: 16px; display: grid; gap: 10px }
label { display: grid; gap: 4px; font-size: 13px; color: var(--soft) }
label input { color: var(--text) }
dl { margin: 0; font-size: 12px; color: var(--soft) }
dd { margin: 0 0 6px; font-family: ui-monospace, monospace; overflow-wrap: anywhere; color: var(--text) }
@media (max-width: 760px) { main { grid-template-columns: minmax(0, 1fr); height: auto }
  .chat { height: calc(100vh - 110px); min-height: 380px } .side { overflow: visible } }
`

/** The visitor's side of a chat: the site's widget. It loads nothing from elsewhere. */
export function visitorHtml(language: PageLanguage): string {
  const words = visitorWords[language]
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${words.title}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<header>${words.banner}</header>
<main>
<section class="chat" aria-label="${words.chat}">
  <div class="top">
    <h1 id="title">${words.connecting}</h1>
    <button id="leave" type="button">${words.leave}</button>
    <button id="back" type="button" class="main" hidden>${words.back}</button>
  </div>
  <div class="log" id="log" role="log" aria-live="polite" tabindex="0" aria-label="${words.conversation}">
    <p class="empty" id="empty">${words.empty}</p>
  </div>
  <div class="notice" id="notice" role="status" hidden></div>
  <form class="composer" id="composer">
    <button type="button" id="attach" title="${words.attach}" aria-label="${words.attach}">${words.file}</button>
    <input type="file" id="file" hidden>
    <textarea id="text" rows="1" placeholder="${words.write}" aria-label="${words.message}"></textarea>
    <button class="main" id="send">${words.send}</button>
  </form>
</section>
<div class="side">
  <section>
    <h2>${words.introduce}</h2>
    <form id="introduce" style="display:grid;gap:10px">
      <label>${words.name} <input id="name" autocomplete="off"></label>
      <label>${words.email} <input id="email" type="email" autocomplete="off"></label>
      <label>${words.phone} <input id="phone" type="tel" autocomplete="off"></label>
      <button>${words.save}</button>
      <span id="saved" role="status" style="font-size:13px"></span>
    </form>
  </section>
  <section>
    <h2>${words.visitor}</h2>
    <dl><dt>${words.clientId}</dt><dd id="clientId"></dd><dt>${words.chatId}</dt><dd id="chatId"></dd></dl>
    <a class="button" href="/visitor" target="_blank" rel="noopener">${words.another}</a>
  </section>
</div>
</main>
<script>${visitorScript(words)}</script>
</body>
</html>
`
}
