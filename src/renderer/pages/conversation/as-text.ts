import type { ConversationView, MessageRow } from '../../../shared/api/log.ts'
import type { Answer } from '../../../shared/api.ts'
import type { BridgeClient } from '../../client/client.ts'
import type { Speech } from '../../i18n.tsx'
import { type Item, itemsOf, timeOf } from './thread.ts'

const PART = 200

/** All messages of a conversation, oldest first. */
export async function wholeThread(
  bridge: Pick<BridgeClient, 'call'>,
  id: number,
): Promise<Answer<MessageRow[]>> {
  let rows: MessageRow[] = []
  for (;;) {
    const beforeId: number | null = rows[0]?.id ?? null
    const answer = await bridge.call('conversation.messages', { id, beforeId, limit: PART })
    if (!answer.ok) return answer
    rows = [...answer.value.rows, ...rows]
    if (!answer.value.hasOlder || answer.value.rows.length === 0) return { ok: true, value: rows }
  }
}

/** A line of the conversation as it is given to others. */
export interface Line {
  kind: 'day' | 'said'
  time: number
  who: string
  text: string
  /** What became of it, if that is unusual. */
  note: string | null
}

/** What was said between client and employees, as the chat shows it; internal comments are left out. */
export function linesOf(
  view: ConversationView,
  rows: readonly MessageRow[],
  { t }: Pick<Speech, 't'>,
): Line[] {
  const lines = itemsOf(rows).flatMap((item): Line[] => {
    if (item.kind === 'day') return [{ kind: 'day', time: item.time, who: '', text: '', note: null }]
    if (item.kind === 'aside' || isInside(item.row)) return []
    return [lineOf(item, view, t)]
  })
  // A day with internal comments alone.
  return lines.filter(({ kind }, index) => kind === 'said' || lines[index + 1]?.kind === 'said')
}

/** A reply that was not sent was not said to the client. */
const isInside = ({ direction, state }: MessageRow) => direction === 'to-chatra' && state === 'skipped'

function lineOf(item: Extract<Item, { kind: 'bubble' }>, view: ConversationView, t: Speech['t']): Line {
  const { row, edit, removal } = item
  const { text, files } = edit ?? row
  const names = files.map(({ name }) => name).filter((name) => name !== text)
  const notes = [
    ...(names.length > 0 ? [t('talk.text.files', { names: names.join(', ') })] : []),
    ...(removal === null ? [] : [t('talk.text.deleted')]),
    ...(row.state === 'failed' || row.state === 'skipped' ? [t('talk.text.not-sent')] : []),
  ]
  return {
    kind: 'said',
    time: timeOf(row),
    who: row.author.kind === 'client' ? view.clientName : row.author.name,
    text: text === '' && names.length === 0 ? t('log.row.dropped') : text,
    note: notes.length === 0 ? null : notes.join('; '),
  }
}

/** The conversation as plain text, ready to be sent on. */
export function asText(view: ConversationView, rows: readonly MessageRow[], speech: Speech): string {
  const { t, date, clock } = speech
  const head = [
    t('log.talk.title', { name: view.clientName }),
    ...[view.email, view.phone, view.place].filter((one) => one !== null),
    t('talk.text.internal-left-out'),
  ]
  const body = linesOf(view, rows, speech).map((line) =>
    line.kind === 'day'
      ? `\n${date(line.time)}`
      : `${clock(line.time)}  ${line.who}: ${line.text}${line.note === null ? '' : ` (${line.note})`}`,
  )
  return `${[...head, ...body].join('\n')}\n`
}
