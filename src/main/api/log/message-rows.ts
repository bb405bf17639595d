import type { MessageRow } from '../../../shared/api/log.ts'
import type { Connection } from '../../../shared/config.ts'
import { clientNameOf } from '../../engine/index.ts'
import type { Application } from '../../runtime/application.ts'
import type { MessageView } from '../../store/index.ts'

/** The data that rows are built from. */
export type RowSource = Pick<Application, 'store' | 'configuration'>

/** Maximum length of a text in a line of the log. */
const LINE_TEXT = 300

/**
 * Messages as the interface shows them, in the order of `ids`; unknown ids are skipped. `whole`: with the
 * complete text.
 */
export async function rowsOf(
  application: RowSource,
  ids: readonly number[],
  { whole = false }: { whole?: boolean } = {},
): Promise<MessageRow[]> {
  const shown = await application.store.shownMessages(ids)
  const links = linksOf(application)
  return shown.map((one) => rowOf(one, links(one.message.connectionId), whole))
}

function rowOf(shown: MessageView, links: Links, whole: boolean): MessageRow {
  const { message, conversation, client, canRetry, canDismiss } = shown
  const task = message.planfixTaskId ?? conversation?.taskId ?? null
  return {
    id: message.id,
    connectionId: message.connectionId,
    conversationId: conversation?.id ?? message.conversationId,
    clientName: clientNameOf(shown),
    direction: message.direction,
    kind: message.kind,
    targetId: message.targetId,
    author: { kind: message.author.kind, name: message.author.kind === 'bridge' ? '' : message.author.name },
    text: whole ? message.text : beginning(message.text, LINE_TEXT),
    files: message.files.map(({ name, size }) => ({ name, size })),
    state: message.state,
    reason: message.reason,
    writtenAt: message.writtenAt,
    receivedAt: message.receivedAt,
    attempts: message.attempts,
    late: message.late,
    planfixTaskId: message.planfixTaskId,
    planfixCommentId: message.planfixCommentId,
    chatraMessageId: message.chatraMessageId,
    taskUrl: task === null ? null : links.task(task),
    chatUrl: client ? links.chat(client.profile.chatId) : null,
    canRetry,
    canDismiss,
  }
}

/** Addresses for the browser; null when the connection no longer exists and its accounts are unknown. */
export interface Links {
  task(id: number): string | null
  contact(id: number): string | null
  chat(chatId: string): string | null
}

/** Links of each connection by its id. Planfix's pages: {account}/task/{number}, {account}/contact/{number}. */
export function linksOf({ configuration }: Pick<Application, 'configuration'>): (id: string) => Links {
  const known = new Map(configuration.connections.map((one) => [one.id, linksInto(one)]))
  return (id) => known.get(id) ?? NO_LINKS
}

function linksInto({ chatra, planfix }: Connection): Links {
  // contracts/chatra.md 3.2: https://app.chatra.io/conversations/{chatId}, beside the API's /api.
  const dashboard = chatra.baseUrl.replace(/\/api$/, '')
  return {
    task: (id) => `${planfix.webUrl}/task/${id}`,
    contact: (id) => `${planfix.webUrl}/contact/${id}`,
    chat: (chatId) => `${dashboard}/conversations/${encodeURIComponent(chatId)}`,
  }
}

const NO_LINKS: Links = { task: () => null, contact: () => null, chat: () => null }

/** At most `length` characters, without splitting a surrogate pair. */
function beginning(text: string, length: number): string {
  const cut = text.slice(0, length)
  return cut.length < text.length && /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut
}
