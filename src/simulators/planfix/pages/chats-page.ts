import type { PageLanguage } from '../../common/page-language.ts'
import type { SimResponse } from '../../common/server.ts'
import { type Account, fullName } from '../state.ts'
import type { ChatChannel } from '../webchat/chat-state.ts'
import { page } from './page-frame.ts'
import { type PageWords, pageWords } from './page-words.ts'
import { plain } from './safe-html.ts'

/** Account management → Integrations → Chats → "Planfix API for chats" (planfix-chat.md A1). */
export function chatsPage(account: Account, origin: string, language: PageLanguage): SimResponse {
  const words = pageWords[language]
  const forms = [...account.chat.channels.values(), undefined].map((channel, n) =>
    chatForm(account, channel, n, words),
  )
  const shown = `<section class="card"><h1>${words.chatsTitle}</h1><dl>
<dt>${words.address}</dt><dd><code id="planfix-url">${plain(origin)}/webchat/api</code></dd>
<dt>${words.token}</dt><dd><code id="planfix-token">${plain(account.chat.token)}</code></dd></dl>
<p class="muted">${words.enterBoth}</p></section>`
  return page(language, words.chats, `${shown}${forms.join('')}<p role="alert"></p>`, script)
}

function chatForm(account: Account, channel: ChatChannel | undefined, n: number, words: PageWords): string {
  const options = (entries: { id: number; name: string }[], chosen: number | undefined) =>
    entries
      .map(
        ({ id, name }) => `<option value="${id}"${id === chosen ? ' selected' : ''}>${plain(name)}</option>`,
      )
      .join('')
  const employees = [...account.users.values()].map((user) => ({ id: user.id, name: fullName(user) }))
  const text = (label: string, name: string, value: string) =>
    `<label for="${n}-${name}">${label}</label><input id="${n}-${name}" name="${name}" value="${plain(value)}">`
  const tick = (label: string, name: string, isOn: boolean) =>
    `<label for="${n}-${name}">${label}</label><input id="${n}-${name}" type="checkbox" name="${name}"${isOn ? ' checked' : ''}>`
  const pick = (label: string, name: string, inner: string) =>
    `<label for="${n}-${name}">${label}</label><select id="${n}-${name}" name="${name}">${inner}</select>`
  return `<section class="card"><h2>${channel ? plain(channel.name) : words.addChat}</h2><form class="chat" data-provider="${plain(channel?.providerId ?? '')}"><div class="form">
${text(words.name, 'name', channel?.name ?? 'Chatra')}
${text(words.yourAddress, 'url', channel?.url ?? '')}
${text(words.yourToken, 'token', channel?.token ?? '')}
${text('providerId', 'providerId', channel?.providerId ?? '')}
${pick(words.taskTemplate, 'taskTemplateId', options(account.taskTemplates, channel?.taskTemplateId))}
${pick(words.contactTemplate, 'contactTemplateId', options(account.contactTemplates, channel?.contactTemplateId))}
${text(words.extraEmployees, 'employees', (channel?.employees ?? []).map((id) => id.slice(5)).join(', '))}
${pick(words.author, 'echoAuthor', `<option value="">${words.whoConnected}</option>${options(employees, channel?.echoAuthor)}`)}
${tick(words.newTask, 'newTaskWhenNoneActive', channel?.newTaskWhenNoneActive ?? true)}
${tick(words.writeButton, 'writeButton', channel?.writeButton ?? false)}
</div><div class="row"><button class="main">${words.save}</button>${channel ? `<button type="button" class="bad" data-remove>${words.remove}</button>` : ''}</div></form></section>`
}

const script = `
for (const form of document.querySelectorAll('form.chat')) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const field = form.elements
    const saved = await act('chatChannel', {
      name: field.name.value,
      providerId: field.providerId.value.trim(),
      token: field.token.value.trim(),
      url: field.url.value.trim(),
      taskTemplateId: Number(field.taskTemplateId.value),
      contactTemplateId: Number(field.contactTemplateId.value),
      employees: field.employees.value.split(/[^0-9]+/).filter(Boolean).map((id) => 'user:' + id),
      ...(field.echoAuthor.value && { echoAuthor: Number(field.echoAuthor.value) }),
      newTaskWhenNoneActive: field.newTaskWhenNoneActive.checked,
      writeButton: field.writeButton.checked,
    })
    if (!saved) return
    const was = form.dataset.provider
    if (was && was !== saved.providerId) await act('removesChatChannel', { providerId: was })
    location.reload()
  })
  form.querySelector('[data-remove]')?.addEventListener('click', async () => {
    if (await act('removesChatChannel', { providerId: form.dataset.provider })) location.reload()
  })
}
`
