import { z } from 'zod'
import { hasNothingToSee } from '../../shared/plain.ts'
import type { ChatMessage } from '../engine/ports.ts'
import { identifier, labelled, line, prose, time, tolerant, webLink } from './values.ts'

/**
 * A message of a webhook or of GET /messages/{id} (contracts/chatra.md §3.1, §4.4). Only `type` is required;
 * an unknown type counts as `system` (switch `system-messages`), so that it is never shown as a person's
 * message. The text may be in `text` or in `message` (switch `text-key`).
 */
export const chatMessage = z
  .object(
    {
      id: tolerant(identifier),
      type: z.string({ error: 'expected "client" or "agent"' }),
      text: tolerant(prose),
      message: tolerant(prose),
      createdAt: tolerant(time),
      agentId: tolerant(identifier),
      agentName: tolerant((value) => line(value, 200)),
      receivedFrom: tolerant((value) => line(value, 200)),
      isPushed: tolerant((value) => value === true),
      file: tolerant((value) => value),
    },
    { error: 'expected an object' },
  )
  .transform(({ type, text, message, createdAt, file, ...rest }): ChatMessage => {
    const said = text.trim() ? text : message
    return {
      ...rest,
      type: type === 'client' || type === 'agent' ? type : 'system',
      text: said,
      at: createdAt,
      file: chatFile(file, said),
    }
  })

/** True when the message has no file and no visible text. */
export const isEmpty = (message: ChatMessage): boolean =>
  hasNothingToSee(message.text) && message.file === null

/**
 * `name` or `filename`, `url` or `link`, `size` (§3.1, Brevo's names; switch `files`). Without an address it
 * is no file.
 */
function chatFile(value: unknown, text: string): ChatMessage['file'] {
  const entries = labelled(value)
  if (!entries) return null
  const file = new Map(entries)
  const url = webLink(file.get('url')) ?? webLink(file.get('link'))
  if (!url) return null
  const size = Number(file.get('size') ?? Number.NaN)
  return {
    name: line(file.get('name'), 200) ?? line(file.get('filename'), 200) ?? line(text, 200) ?? lastPart(url),
    url,
    size: Number.isSafeInteger(size) && size >= 0 ? size : null,
  }
}

function lastPart(url: string): string {
  const part = new URL(url).pathname.split('/').at(-1) ?? ''
  try {
    return line(decodeURIComponent(part), 200) ?? 'file'
  } catch {
    return line(part, 200) ?? 'file'
  }
}
