import type { DemoChatMessage, DemoComment, DemoPicture } from '../../../shared/api/demo.ts'
import type { MessageRow } from '../../../shared/api/log.ts'
import type { MessageState } from '../../../shared/domain.ts'
import type { ChatMessage } from '../../../simulators/chatra/index.ts'
import {
  type PlanfixSimulator,
  plain,
  type SimComment,
  type SimTask,
} from '../../../simulators/planfix/index.ts'

/** The chat as the client sees it: no system lines, nothing that was deleted. */
export const chatView = (
  messages: readonly ChatMessage[],
  picturesOf: (message: ChatMessage) => DemoPicture[],
): DemoChatMessage[] =>
  messages
    .filter(({ type, deleted }) => type !== 'system' && !deleted)
    .map((message) => ({
      id: message.id,
      from: message.type === 'client' ? ('client' as const) : ('shop' as const),
      name: message.agentName,
      text: message.text,
      time: message.createdAt,
      pictures: picturesOf(message),
    }))

/** The comments of a task as an employee sees them. */
export const taskView = (planfix: PlanfixSimulator, task: SimTask): DemoComment[] =>
  task.feed
    .filter(({ isDeleted }) => !isDeleted)
    .map((comment) => ({
      id: comment.id,
      from: authorOf(planfix, comment),
      name: nameIn(planfix, comment.owner),
      text: plainText(comment.description),
      time: comment.time,
      notified: comment.recipients.users.map((id) => nameIn(planfix, id)),
      hidden: comment.isHidden,
      pictures: comment.files.flatMap((id) => {
        const file = planfix.account.files.get(id)
        return file?.type === 'image/png' ? [pictureOf(file.name, file.content)] : []
      }),
    }))

/** The bridge writes as the owner of its token. */
function authorOf({ account }: PlanfixSimulator, { owner }: SimComment): DemoComment['from'] {
  if (owner.startsWith('contact:')) return 'client'
  return owner === `user:${account.tokenUserId}` ? 'bridge' : 'employee'
}

function nameIn(planfix: PlanfixSimulator, id: string): string {
  const number = Number(id.split(':')[1])
  const person = id.startsWith('user:')
    ? planfix.users.find((user) => user.id === number)
    : planfix.contact(number)
  return person ? [person.name, person.lastname].filter(Boolean).join(' ') : id
}

export const plainText = (html: string): string => plain(html.replaceAll('&nbsp;', ' '))

export const pictureOf = (name: string, content: Buffer): DemoPicture => ({
  name,
  address: `data:image/png;base64,${content.toString('base64')}`,
})

/** What a person types, as Planfix's editor stores it. */
export const htmlOf = (text: string): string =>
  `<p>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', '<br>')}</p>`

/**
 * The state of what was written on one side, by the bridge's log; null when it has no line yet. A comment can become
 * several messages: the state is that of the first one that has not arrived.
 */
export function stateIn(
  rows: readonly MessageRow[],
  { side, id }: { side: 'chat'; id: string } | { side: 'task'; id: number },
): MessageState | null {
  const own = rows.filter(({ direction, chatraMessageId, planfixCommentId, kind }) =>
    side === 'chat'
      ? direction === 'to-planfix' && chatraMessageId === id
      : direction === 'to-chatra' && planfixCommentId === id && kind === 'text',
  )
  return (own.find(({ state }) => state !== 'delivered') ?? own[0])?.state ?? null
}
