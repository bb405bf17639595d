import { type Account, fullName, personName, type SimComment, type SimTask, userOf } from '../state.ts'
import type { ChatChannel } from './chat-state.ts'
import { chatText } from './chat-text.ts'
import { writeForm } from './form.ts'

/** The number by which `messageStatus` names the comment (switch `webchat-message-is-comment-id`). */
export function messageNumber({ switches, chat }: Account, comment: SimComment): string {
  if (switches['webchat-message-is-comment-id'] === 'yes') return String(comment.id)
  const number = String(4_188_849 + chat.messages.size)
  chat.messages.set(number, comment.id)
  return number
}

/**
 * The form of a callback (contracts/planfix-chat.md A3). `ids`: `chatId`, or `contactPhone` for a first
 * message. `origin` is the simulator's.
 */
export function callbackForm(
  account: Account,
  origin: string,
  channel: ChatChannel,
  task: SimTask,
  comment: SimComment,
  messageId: string,
  ids: Record<string, string>,
): string {
  const { switches, files } = account
  const author = userOf(account, comment.owner)
  const attachments = comment.files.flatMap((id) => {
    const file = files.get(id)
    return file ? [{ name: file.name, url: `${origin}/file/${id}/${encodeURIComponent(file.name)}` }] : []
  })
  const fields = {
    cmd: 'newMessage',
    providerId: channel.providerId,
    ...ids,
    token: channel.token,
    message: switches['webchat-text'] === 'html' ? comment.description : chatText(comment.description),
    ...(switches['webchat-message-id'] === 'present' && { messageId }),
    userName: author?.name ?? personName(account, comment.owner),
    userLastName: author?.lastname ?? '',
    userIco: iconOf(account, origin, comment.owner, author ? fullName(author) : ''),
    taskEmail: `task.${task.id}@planfix.invalid`,
    integration: channel.name,
  }
  return writeForm(fields, attachments)
}

function iconOf({ switches }: Account, origin: string, owner: string, name: string): string {
  switch (switches['webchat-user-ico']) {
    case 'with-id':
      return `${origin}/?action=getuserpic&id=${owner.slice('user:'.length)}`
    case 'plain-url':
      return `${origin}/userpics/${encodeURIComponent(name)}.png`
    case 'empty':
      return ''
  }
}
