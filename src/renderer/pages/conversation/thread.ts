import type { MessageRow } from '../../../shared/api/log.ts'
import { isKeptFromClient } from '../../../shared/messages/reason.ts'

/** An entry of the shown conversation. */
export type Item =
  | { kind: 'day'; key: string; time: number }
  /** A message, with its later changes in the chat. */
  | { kind: 'bubble'; key: string; row: MessageRow; edit: MessageRow | null; removal: MessageRow | null }
  /**
   * Entries outside the chat: the bridge's own notes, Chatra's messages, changes of messages that are not
   * shown.
   */
  | { kind: 'aside'; key: string; row: MessageRow }

/**
 * A client's message is placed by its time of writing, a reply by the time when the bridge noticed it:
 * Planfix gives only minutes.
 */
export const timeOf = (row: Pick<MessageRow, 'direction' | 'writtenAt' | 'receivedAt'>): number =>
  row.direction === 'to-chatra' ? row.receivedAt : row.writtenAt

/** Bubbles, asides and the days between them. Edits and deletions belong to the message they change. */
export function itemsOf(rows: readonly MessageRow[]): Item[] {
  const shown = new Set(rows.filter((row) => row.kind === 'text').map(({ id }) => id))
  const changes = rows.filter(
    (row) => row.kind !== 'text' && row.targetId !== null && shown.has(row.targetId) && !isKeptInside(row),
  )
  const items: Item[] = []
  let day = ''
  for (const row of rows) {
    if (changes.includes(row)) continue
    const time = timeOf(row)
    const itsDay = new Date(time).toDateString()
    if (itsDay !== day) items.push({ kind: 'day', key: itsDay, time })
    day = itsDay
    const own = changes.filter(({ targetId }) => targetId === row.id)
    // An undelivered change changed nothing.
    const latest = (kind: MessageRow['kind']) =>
      own.findLast((change) => change.kind === kind && change.state !== 'skipped') ?? null
    if (isSaid(row))
      items.push({
        kind: 'bubble',
        key: String(row.id),
        row,
        edit: latest('edit'),
        removal: latest('delete'),
      })
    else items.push({ kind: 'aside', key: String(row.id), row })
  }
  return items
}

/** A later internal version: the chat continues to show the previous one, so it is separate. */
const isKeptInside = ({ kind, state, reason }: MessageRow): boolean =>
  kind === 'edit' && state === 'skipped' && isKeptFromClient(reason)

const isSaid = ({ kind, author, reason }: MessageRow): boolean =>
  kind === 'text' && author.kind !== 'bridge' && reason !== 'system-message'

/** Maximum length of a text in a row. */
const LINE_TEXT = 300

/**
 * The thread with pushed messages, in the order of the chat. `cut` are new ones whose whole text must still
 * be loaded.
 */
export function withUpdates(
  rows: readonly MessageRow[],
  pushed: readonly MessageRow[],
): { rows: MessageRow[]; cut: number[] } {
  const next = [...rows]
  const cut: number[] = []
  for (const row of pushed) {
    const place = next.findIndex(({ id }) => id === row.id)
    const known = next[place]
    if (known !== undefined) next[place] = { ...row, text: wholeOf(known.text, row.text) }
    else {
      if (row.text.length >= LINE_TEXT - 1) cut.push(row.id)
      next.push(row)
    }
  }
  return { rows: next.sort((a, b) => timeOf(a) - timeOf(b) || a.id - b.id), cut }
}

const wholeOf = (known: string, pushed: string): string =>
  pushed !== '' && known.startsWith(pushed) ? known : pushed
