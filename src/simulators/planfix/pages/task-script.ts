import type { PageWords } from './page-words.ts'

/** The task page's script: reply, edit, delete, complete, reopen. Comments are typed as text and sent as HTML. */
export const taskScript = (taskId: number, words: PageWords): string => `
const taskId = ${taskId}
const words = ${JSON.stringify({ remove: words.deleteComment, edit: words.editComment })}
const form = document.querySelector('#reply')
const asHtml = (text) => text.trim().split(/\\n/).map((line) =>
  '<p>' + line.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;') + '</p>').join('')
const asText = (html) => {
  const read = new DOMParser().parseFromString(html.replace(/<\\/p>|<br>/g, '\\n'), 'text/html')
  return read.body.textContent.trim()
}
const showOwn = () => {
  for (const own of document.querySelectorAll('[data-own]')) own.hidden = own.dataset.own !== form.user.value
}
const base64 = (file) => new Promise((resolve, reject) => {
  const reader = new FileReader()
  reader.onload = () => resolve(String(reader.result).split(',')[1] || '')
  reader.onerror = reject
  reader.readAsDataURL(file)
})
form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const file = form.file.files[0]
  if (!form.text.value.trim() && !file) return
  const body = { taskId, userId: form.user.value, html: form.text.value.trim() ? asHtml(form.text.value) : '', hidden: form.elements.hidden.checked }
  if (!form.notify.checked) body.recipients = []
  if (file) {
    const added = await act('addsFile', { name: file.name, type: file.type, content: await base64(file) })
    if (!added) return
    body.files = [added.id]
  }
  if (await act('employeeComments', body)) { form.text.value = ''; form.file.value = '' }
})
form.text.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && event.ctrlKey) form.requestSubmit()
})
form.user.addEventListener('change', showOwn)
feed.addEventListener('changed', showOwn)
document.addEventListener('click', async (event) => {
  const { edit, delete: gone, act: name } = event.target.dataset || {}
  if (name) await act(name, { taskId })
  if (gone && confirm(words.remove)) await act('deletesComment', { commentId: Number(gone) })
  if (edit) {
    const text = prompt(words.edit, asText(event.target.dataset.text))
    if (text !== null) await act('editsComment', { commentId: Number(edit), html: asHtml(text) })
  }
})
showOwn()
`
