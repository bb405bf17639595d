import type { Message, MessageFile } from '../../../../shared/domain.ts'
import type { Result } from '../../../../shared/errors.ts'
import { translate } from '../../../../shared/i18n/index.ts'
import { shortened } from '../../../../shared/plain.ts'
import { type ConnectionContext, commit, type EngineContext } from '../../context.ts'
import { isSameFile } from '../../intake/parts.ts'
import { noteAbout } from '../patches.ts'

/** Reason of a reply that arrived without a picture of its text. */
export const PICTURE_LOST = 'picture-not-delivered'
/** Only people of the account can open it. */
export const isLost = ({ planfixFileId, url }: MessageFile) => planfixFileId === null && url === null

/**
 * The text with a line for each file: a link that the client can open, or the file's name where there is no
 * link or where the line would be longer than reserved. The employee gets a note about files without a link,
 * but not again about those of `shown` (the reply being edited).
 */
export async function replyText(
  context: EngineContext,
  message: Message,
  connection: ConnectionContext,
  shown: Message | null = null,
): Promise<Result<string>> {
  const lines = message.text === '' ? [] : [message.text]
  const add = async (file: MessageFile) => {
    const isFirst = message.files.find((one) => isSameFile(one, file)) === file
    if (!isFirst || shown?.files.some((one) => isSameFile(one, file))) return
    const data = { what: 'file-not-delivered', file: file.name } as const
    await commit(context, [noteAbout(message, data, context.clock.now(), () => context.store.newId())])
  }
  for (const file of message.files) {
    if (file.planfixFileId === null && file.url !== null) {
      lines.push(`${file.name}: ${announcedLink(context, message, file) ?? file.url}`)
      continue
    }
    if (file.planfixFileId === null) {
      lines.push(unavailable(context, file.name))
      await add(file)
      continue
    }
    const link = context.fileLink(connection.settings.id, file.planfixFileId, file.name)
    const room = connection.chatra.maxText - lines.reduce((sum, line) => sum + line.length + 1, 0)
    if (link && `${file.name}: ${link}`.length <= room) {
      lines.push(`${file.name}: ${link}`)
      continue
    }
    await connection.planfix.rateLimiter.slot(1, `file:${message.id}`)
    const address = await connection.planfix.fileAddress(file.planfixFileId)
    // Without the right to read files the text is still sent, and the employee gets a note.
    const hopeless =
      !address.ok && (address.error.retry.when === 'never' || address.error.code === 'missing-scope')
    if (!address.ok && !hopeless) return address
    const url = address.ok ? address.value.url : null
    if (url && `${file.name}: ${url}`.length <= room) lines.push(`${file.name}: ${url}`)
    else {
      lines.push(shortened(unavailable(context, file.name), Math.max(0, room)))
      await add(file)
    }
  }
  return { ok: true, value: lines.join('\n') }
}

/** A file that the Chat API passed on has an address of its own in place of a number. */
function announcedLink(
  { messageFileLink }: EngineContext,
  message: Message,
  file: MessageFile,
): string | null {
  const { connectionId, id, name } = { ...message, name: file.name }
  return messageFileLink?.(connectionId, id, message.files.indexOf(file), name) ?? null
}

/** The placeholder of a file, or of a picture in the text. */
function unavailable({ language }: EngineContext, name: string): string {
  return name === '' ? translate(language, 'file.picture') : translate(language, 'file.unavailable', { name })
}
