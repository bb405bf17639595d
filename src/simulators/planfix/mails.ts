import { type Account, contactNumber, livingContact, type SimComment } from './state.ts'

/**
 * Planfix mails a comment in a task that notifies a contact to the contact's e-mail
 * (contracts/planfix-chat.md A6; switch `contact-mail`), unless the contact wrote it.
 */
export function mailContacts(account: Account, comment: SimComment): void {
  const { id: commentId, taskId, description, owner, isHidden, recipients } = comment
  if (account.switches['contact-mail'] !== 'mailed-when-ticked' || isHidden || taskId === undefined) return
  for (const person of recipients.users) {
    const contact = contactNumber(person) === undefined ? undefined : livingContact(account, person)
    if (!contact?.email || owner === person) continue
    account.mails.push({ taskId, commentId, contactId: contact.id, email: contact.email, description })
  }
}
