import { type Account, contactNumber, livingContact, type SimComment } from './state.ts'
import { chatOf } from './webchat/channel.ts'

/**
 * Planfix mails a comment in a task that notifies a contact to the contact's e-mail
 * (contracts/planfix-chat.md A6; switch `contact-mail`), unless the contact wrote it. The client of a chat gets the comment in the chat instead.
 */
export function mailContacts(account: Account, comment: SimComment): void {
  const { id: commentId, taskId, description, owner, isHidden, recipients } = comment
  if (account.switches['contact-mail'] !== 'mailed-when-ticked' || isHidden || taskId === undefined) return
  const task = account.tasks.get(taskId)
  const inChat = task && chatOf(account, task)?.client
  for (const person of recipients.users) {
    const contact = contactNumber(person) === undefined ? undefined : livingContact(account, person)
    if (!contact?.email || owner === person || contact === inChat) continue
    account.mails.push({ taskId, commentId, contactId: contact.id, email: contact.email, description })
  }
}
