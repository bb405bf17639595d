import type { PageLanguage } from '../../common/page-language.ts'
import type { SimRequest, SimResponse } from '../../common/server.ts'
import { pictures, serveFile } from '../objects/files.ts'
import { timePoint } from '../rest/timepoints.ts'
import {
  type Account,
  fullName,
  livingContact,
  type PersonId,
  personName,
  type SimComment,
  type SimContact,
  type SimTask,
  statusByKey,
} from '../state.ts'
import { chatsPage } from './chats-page.ts'
import { page } from './page-frame.ts'
import { type PageWords, pageWords } from './page-words.ts'
import { plain, safeHtml } from './safe-html.ts'
import { taskScript } from './task-script.ts'

/** Pages for people: the list, a task, a contact's card. `/feed` below them is the part that is updated. */
export function answerPage(
  account: Account,
  origin: string,
  request: SimRequest,
  language: PageLanguage,
): SimResponse {
  const words = pageWords[language]
  const [, kind, id, part] = request.path.split('/')
  if (request.path === '/') return page(language, words.title, living('/feed', overview(account, words)), '')
  if (request.path === '/feed') return { status: 200, body: overview(account, words) }
  if (kind === 'chats') return chatsPage(account, origin, language)
  if (kind === 'favicon.ico') return { status: 204 }
  if (kind === 'file') return serveFile(account, Number(id))
  const task = kind === 'task' ? account.tasks.get(Number(id)) : undefined
  const contact = kind === 'contact' ? livingContact(account, id) : undefined
  const view = task
    ? taskView(account, task, words)
    : contact
      ? contactView(account, contact, words)
      : undefined
  if (view === undefined)
    return { status: 404, body: page(language, words.notFound, `<h1>${words.noPage}</h1>`, '').body }
  if (part === 'feed') return { status: 200, body: view }
  const title = task?.name ?? fullName(contact ?? { name: '', lastname: '' })
  const feed = living(`/${kind}/${id}/feed`, view)
  return task
    ? page(language, title, feed + replyBox(account, task, words), taskScript(task.id, words))
    : page(language, title, feed, '')
}

const living = (address: string, html: string) => `<div data-feed="${address}">${html}</div>`
const when = (account: Account, ms: number) => {
  const { date, time } = timePoint(ms, account)
  return `${date} ${time}`
}

function overview(account: Account, words: PageWords): string {
  const tasks = [...account.tasks.values()].reverse().map((task) => {
    const client = task.counterparty ? personLink(account, task.counterparty) : ''
    return `<tr><td>${task.id}</td><td><a href="/task/${task.id}">${plain(task.name) || words.noName}</a></td>
<td>${pill(account, task)}</td><td>${client}</td><td>${task.feed.length}</td><td>${when(account, task.lastCommentAt)}</td></tr>`
  })
  const contacts = [...account.contacts.values()].filter((contact) => !contact.isDeleted).reverse()
  const cards = contacts.map(
    (contact) =>
      `<tr><td>${contact.id}</td><td>${personLink(account, `contact:${contact.id}`)}</td><td>${plain(contact.email)}</td>
<td>${plain(contact.phones.map(({ number }) => number).join(', '))}</td></tr>`,
  )
  return `<section class="card"><h2>${words.tasks}</h2><table><tr><th>${words.number}</th><th>${words.task}</th><th>${words.status}</th><th>${words.client}</th><th>${words.comments}</th><th>${words.lastComment}</th></tr>
${tasks.join('') || `<tr><td colspan="6" class="muted">${words.noTasks}</td></tr>`}</table></section>
<section class="card"><h2>${words.contacts}</h2><table><tr><th>${words.number}</th><th>${words.name}</th><th>${words.email}</th><th>${words.phone}</th></tr>
${cards.join('') || `<tr><td colspan="4" class="muted">${words.noContacts}</td></tr>`}</table></section>`
}

function taskView(account: Account, task: SimTask, words: PageWords): string {
  const names = (ids: PersonId[]) => ids.map((id) => personLink(account, id)).join(', ') || '–'
  const comments = task.feed.map((comment, n) => commentView(account, comment, n + 1, words))
  return `<section class="card"><h1>${plain(task.name) || words.noName} ${pill(account, task)}</h1>
<div class="muted">${words.task} ${task.id} · ${words.created.replace('{time}', when(account, task.createdAt))}${task.isDeleted ? ` · <b>${words.inTrash}</b>` : ''}</div>
<dl><dt>${words.client}</dt><dd>${task.counterparty ? personLink(account, task.counterparty) : '–'}</dd>
<dt>${words.assigner}</dt><dd>${personLink(account, task.assigner)}</dd><dt>${words.assignees}</dt><dd>${names(task.assignees.users)}</dd>
<dt>${words.participants}</dt><dd>${names([...task.participants.users, ...task.auditors.users])}</dd></dl></section>${comments.join('')}`
}

function contactView(account: Account, contact: SimContact, words: PageWords): string {
  const tasks = [...account.tasks.values()].filter((task) => task.counterparty === `contact:${contact.id}`)
  const emails = [contact.email, ...contact.additionalEmailAddresses].filter(Boolean).join(', ')
  const links = tasks.map(
    (task) => `<a href="/task/${task.id}">${plain(task.name)}</a> ${pill(account, task)}`,
  )
  return `<section class="card"><h1>${plain(fullName(contact))}</h1><div class="muted">${words.contact} ${contact.id}</div>
<dl><dt>${words.email}</dt><dd>${plain(emails) || '–'}</dd><dt>${words.phones}</dt><dd>${plain(contact.phones.map(({ number }) => number).join(', ')) || '–'}</dd>
<dt>${words.description}</dt><dd>${plain(String(contact.other.description ?? '')) || '–'}</dd><dt>${words.tasks}</dt><dd>${links.join('<br>') || '–'}</dd></dl></section>
<h2>${words.actions}</h2>${contact.feed.map((comment, n) => commentView(account, comment, n + 1, words)).join('') || `<p class="muted">${words.noneYet}</p>`}`
}

function commentView(account: Account, comment: SimComment, n: number, words: PageWords): string {
  const { owner, recipients } = comment
  const classes = ['card', 'comment']
  if (comment.byHand) classes.push('hand')
  if (owner.startsWith('contact:')) classes.push('client')
  if (comment.isHidden) classes.push('hidden')
  if (comment.isDeleted) classes.push('deleted')
  const notified = recipients.users.map((id) => plain(personName(account, id))).join(', ')
  const marks = [
    comment.isTaskDescription && words.isDescription,
    comment.isHidden && words.hiddenFromClient,
    comment.isDeleted && words.deleted,
    notified && words.notified.replace('{names}', () => notified),
  ].filter(Boolean)
  const buttons =
    comment.byHand && !comment.isDeleted
      ? `<span data-own="${owner}"><button class="small" data-edit="${comment.id}" data-text="${plain(comment.description)}">${words.edit}</button>
<button class="small bad" data-delete="${comment.id}">${words.remove}</button></span>`
      : ''
  return `<article class="${classes.join(' ')}" data-comment="${comment.id}"><div class="row"><b>${plain(personName(account, owner))}</b>
<span class="muted grow">#${n} · ${when(account, comment.time)}${marks.length > 0 ? ` · ${marks.join(' · ')}` : ''}</span>${buttons}</div>
<div class="text">${safeHtml(comment.description)}</div>${entriesView(account, comment)}${filesView(account, comment, words)}${deliveryView(comment, words)}</article>`
}

/** The ticks of a chat: one sent, two read, or the error in full (planfix-chat.md A4). */
function deliveryView({ delivery }: SimComment, words: PageWords): string {
  if (!delivery) return ''
  const [sign, word] = { sent: ['✓', words.sent], read: ['✓✓', words.read], error: ['✗', words.error] }[
    delivery.status
  ] as [string, string]
  const text = delivery.text === '' ? '' : `: ${plain(delivery.text)}`
  return `<div class="ticks ${delivery.status}" data-delivery="${delivery.status}">${sign} ${word}${text}</div>`
}

function entriesView(account: Account, comment: SimComment): string {
  return comment.entries
    .map((key) => {
      const entry = account.entries.get(key)
      const tag = account.dataTags.find(({ id }) => id === entry?.dataTagId)
      const values = tag?.fields
        .map(({ id, name }) => `${name}: ${String(entry?.values.get(id) ?? '–')}`)
        .join(' · ')
      return `<div class="muted">${plain(`${tag?.name ?? ''}: ${values ?? ''}`)}</div>`
    })
    .join('')
}

function filesView(account: Account, comment: SimComment, words: PageWords): string {
  const links = comment.files.flatMap((id) => {
    const file = account.files.get(id)
    if (!file) return []
    const picture = pictures.includes(file.type) ? `<img src="/file/${id}" alt="">` : ''
    return [
      `<a href="/file/${id}" download>${plain(file.name)} (${words.bytes.replace('{count}', String(file.content.length))})</a>${picture}`,
    ]
  })
  return links.length > 0 ? `<div class="files">${links.join('')}</div>` : ''
}

function replyBox(account: Account, task: SimTask, words: PageWords): string {
  const employees = [...account.users.values()].filter(
    (user) => user.role !== 'Robot' && user.status === 'Active',
  )
  const options = employees.map((user) => `<option value="user:${user.id}">${plain(fullName(user))}</option>`)
  const client = task.counterparty ? ` (${plain(personName(account, task.counterparty))})` : ''
  return `<section class="card"><h2>${words.reply}</h2><form id="reply">
<div class="row"><label>${words.as} <select name="user" aria-label="${words.employee}">${options.join('')}</select></label>
<label><input type="checkbox" name="notify" checked> ${words.notify}${client}</label>
<label><input type="checkbox" name="hidden"> ${words.hidden}</label></div>
<textarea name="text" aria-label="${words.comment}" placeholder="${words.yourComment}"></textarea>
<div class="row"><input class="grow" type="file" name="file" aria-label="${words.file}" style="width:auto"><button class="main">${words.send}</button></div>
<p role="alert"></p></form>
<div class="row"><button data-act="completes">${words.complete}</button><button data-act="reopens">${words.reopen}</button>
<button class="bad" data-act="deletesTask">${words.deleteTask}</button></div></section>`
}

function personLink(account: Account, id: PersonId): string {
  const name = plain(personName(account, id))
  return id.startsWith('contact:') ? `<a href="/contact/${id.slice(8)}">${name}</a>` : name
}

function pill(account: Account, task: SimTask): string {
  const status = statusByKey(account, task.statusKey)
  return `<span class="pill" style="background:${status.color}">${plain(status.name)}</span>`
}
