import type { Message } from '../../../../shared/domain.ts'

/** At most this many messages are joined into one comment. */
export const MAX_JOINED = 100
/**
 * Characters of joined text that certainly fit 64 KB of HTML; a single message is never longer (intake
 * splits).
 */
const MAX_JOINED_TEXT = 9_500
/**
 * The longest run of messages from the front that fits one comment: same author, and no message with files
 * after another one.
 */
export function joinable(waiting: readonly Message[]): Message[] {
  const batch: Message[] = []
  let length = 0
  for (const message of waiting) {
    const first = batch[0]
    if (first && (!sameAuthor(first, message) || message.files.length > 0 || first.files.length > 0)) break
    if (first && (batch.length >= MAX_JOINED || length + message.text.length > MAX_JOINED_TEXT)) break
    batch.push(message)
    length += message.text.length
  }
  return batch
}

/** As many messages from the front as `fits` accepts; at least one. */
export function thatFit<T>(batch: readonly T[], fits: (some: readonly T[]) => boolean): readonly T[] {
  let some = batch
  while (some.length > 1 && !fits(some)) some = some.slice(0, Math.ceil(some.length / 2))
  return some
}

/** All devices of a client are one author; agents are distinguished. */
function sameAuthor({ author: a }: Message, { author: b }: Message): boolean {
  if (a.kind === 'client' || a.kind === 'bridge') return a.kind === b.kind
  if (a.kind === 'employee') return b.kind === 'employee' && a.id === b.id && a.name === b.name
  return b.kind === 'agent' && a.id === b.id && a.name === b.name && a.email === b.email
}
