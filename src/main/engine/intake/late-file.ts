import type { Conversation, Message, MessageFile } from '../../../shared/domain.ts'
import type { Change, ChatMessage } from '../ports.ts'
import type { ChatState } from './chat/chat-state.ts'

/** Suffix of the origin key of a file that came after its message had been delivered. */
const LATE_FILE = ':file'
export const lateFileKey = (originKey: string): string => `${originKey}${LATE_FILE}`
export const isLateFile = ({ originKey, files }: Pick<Message, 'originKey' | 'files'>): boolean =>
  files.length > 0 && originKey.endsWith(LATE_FILE)

export const fileOf = ({ file }: ChatMessage): MessageFile[] =>
  file ? [{ name: file.name, url: file.url, planfixFileId: null, size: file.size }] : []

/**
 * A message that was seen without its file is seen again with it: Chatra may send the address only once the
 * upload is done (contracts/chatra.md section 3.1, switch `files`). A waiting message gets the file;
 * otherwise the file follows once as a separate message.
 */
export function lateFile(
  message: ChatMessage,
  known: Message,
  conversation: Conversation | null,
  state: Pick<ChatState, 'known' | 'written' | 'now' | 'newId'>,
): Change[] {
  const files = fileOf(message)
  if (files.length === 0 || known.files.length > 0 || known.direction !== 'to-planfix') return []
  // Without a text either: its content was removed (docs/architecture.md, "Retention").
  if (known.kind !== 'text' || known.state === 'skipped' || known.text === '') return []
  const originKey = lateFileKey(known.originKey)
  if (state.known.has(originKey) || state.written.some((one) => one.originKey === originKey)) return []
  const isTaken = conversation?.attempt?.messageIds.includes(known.id) === true
  if ((known.state === 'queued' || known.state === 'retrying') && !isTaken)
    return [{ type: 'message.patch', id: known.id, at: state.now, patch: { files } }]
  const follows: Message = {
    ...known,
    id: state.newId(),
    originKey,
    text: files[0]!.name,
    files,
    receivedAt: state.now,
    ...{
      conversationId: conversation?.id ?? known.conversationId,
      planfixTaskId: null,
      planfixCommentId: null,
    },
    state: 'queued',
    reason: null,
    late: false,
    attempts: 0,
  }
  return [
    {
      type: 'message.add',
      message: follows,
      states: [
        { state: 'received', reason: null },
        { state: 'queued', reason: null },
      ],
    },
  ]
}
