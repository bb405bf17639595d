import type { VisitorWords } from './visitor-words.ts'

/** The visitor page's script. It writes texts only by textContent: they come from strangers. */
export const visitorScript = (words: VisitorWords): string => `
'use strict'
const words = ${JSON.stringify(words).replaceAll('<', '\\u003c')}
const el = (id) => document.getElementById(id)
let clientId = new URLSearchParams(location.search).get('client')
let state = null
let polling = false

async function ask(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: body ? { 'content-type': 'application/json' } : {},
    body: body ? JSON.stringify(body) : undefined,
  })
  const answer = await response.json()
  if (!response.ok) throw new Error(answer.error || 'HTTP ' + response.status)
  return answer
}

const act = (verb, body) => ask('POST', '/control/' + verb, { clientId, ...body })

function notice(text, bad) {
  const box = el('notice')
  box.textContent = text
  box.classList.toggle('bad', Boolean(bad))
  box.hidden = !text
}

function standingNotice() {
  if (!state || state.present) return notice('')
  notice(state.basicInfo.email
    ? words.leftWithEmail.replace('{email}', () => state.basicInfo.email)
    : words.leftWithout)
}

function bubble(message) {
  const box = document.createElement('div')
  box.className = message.mine ? 'message mine' : 'message'
  const who = document.createElement('div')
  who.className = 'who'
  const time = new Date(message.time).toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit' })
  who.textContent = [message.mine ? words.you : message.name || words.agent, time, message.edited && words.edited,
    message.automatic && words.automatic].filter(Boolean).join(' · ')
  const body = document.createElement('div')
  body.className = 'bubble'
  if (message.file) {
    const link = document.createElement('a')
    link.href = message.file.url
    link.target = '_blank'
    link.rel = 'noopener'
    link.textContent = message.text
    body.append(link)
    if (message.file.isImage) {
      const image = document.createElement('img')
      image.src = new URL(message.file.url).pathname
      image.alt = ''
      body.append(image)
    }
  } else {
    body.textContent = message.text
  }
  box.append(who, body)
  return box
}

function show(next) {
  const firstTime = state === null
  const log = el('log')
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60
  const grew = !state || next.messages.length !== state.messages.length
  state = next
  log.replaceChildren(...(next.messages.length ? next.messages.map(bubble) : [emptyNote]))
  if (firstTime || (grew && atEnd)) log.scrollTop = log.scrollHeight
  el('title').textContent = next.displayedName
  el('clientId').textContent = next.clientId
  el('chatId').textContent = next.chatId
  el('leave').hidden = !next.present
  el('back').hidden = next.present
  const canWrite = next.present || Boolean(next.basicInfo.email)
  for (const id of ['text', 'send']) el(id).disabled = !canWrite
  el('attach').disabled = !next.present
  el('text').placeholder = next.present ? words.write : words.writeEmail
  for (const key of ['name', 'email', 'phone']) {
    if (firstTime) el(key).value = next.basicInfo[key] || ''
  }
  standingNotice()
}
const emptyNote = el('empty')

async function poll() {
  if (polling || !clientId) return
  polling = true
  try {
    const since = state ? '&since=' + state.version : ''
    const answer = await ask('GET', '/visitor/state?client=' + encodeURIComponent(clientId) + since)
    if (answer.messages) show(answer)
    else if (el('notice').classList.contains('bad')) standingNotice()
  } catch (error) {
    notice(words.silent.replace('{error}', () => error.message), true)
  } finally {
    polling = false
  }
}

async function attempt(work) {
  try {
    await work()
    await poll()
    return true
  } catch (error) {
    notice(words.failed.replace('{error}', () => error.message), true)
    return false
  }
}

el('composer').addEventListener('submit', async (event) => {
  event.preventDefault()
  const text = el('text').value.trim()
  if (!text || !state) return
  el('text').value = ''
  const sent = await attempt(() => act(state.present ? 'say' : 'replyByEmail', { text }))
  if (sent) el('log').scrollTop = el('log').scrollHeight
  else el('text').value = el('text').value || text
  el('text').focus()
})
el('text').addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
  event.preventDefault()
  el('composer').requestSubmit()
})
el('attach').addEventListener('click', () => el('file').click())
el('file').addEventListener('change', async () => {
  const [file] = el('file').files
  if (!file) return
  const reader = new FileReader()
  reader.onload = () => attempt(async () => {
    await act('file', { name: file.name, type: file.type, base64: String(reader.result).split(',')[1] || '' })
    el('file').value = ''
  })
  reader.readAsDataURL(file)
})
el('introduce').addEventListener('submit', async (event) => {
  event.preventDefault()
  const given = {}
  for (const key of ['name', 'email', 'phone']) given[key] = el(key).value.trim()
  const saved = await attempt(() => act('introduce', given))
  el('saved').textContent = saved ? words.saved : ''
})
el('leave').addEventListener('click', () => attempt(() => act('leave')))
el('back').addEventListener('click', () => attempt(() => act('comeBack')))

async function begin() {
  try {
    const visit = await ask('POST', '/control/visit', { ...(clientId && { clientId }) })
    clientId = visit.clientId
    history.replaceState(null, '', '/visitor?client=' + encodeURIComponent(clientId))
    await poll()
    setInterval(poll, 1000)
  } catch (error) {
    notice(words.silent.replace('{error}', () => error.message), true)
    setTimeout(begin, 2000)
  }
}
begin()
`
