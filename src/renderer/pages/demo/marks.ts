import type { DemoScene } from '../../../shared/api/demo.ts'
import type { MessageRow } from '../../../shared/api/log.ts'
import type { TextKey } from '../../../shared/i18n/texts.ts'
import { isKeptFromClient } from '../../../shared/messages/reason.ts'
import type { Tone } from '../../components/feedback/status-badge.tsx'
import { toneOf } from '../../features/messages/reason.ts'

/** What became of a message, as a mark below it. */
export interface Mark {
  tone: Tone
  text: TextKey
}

/** Of a client's message in the chat. */
export const markInChat = ({ log, sides }: Pick<DemoScene, 'log' | 'sides'>, id: string): Mark =>
  markOf(
    log.filter((row) => row.direction === 'to-planfix' && row.chatraMessageId === id),
    sides.planfix.state === 'ok',
  )

/** Of an employee's comment in the task. */
export const markInTask = ({ log, sides }: Pick<DemoScene, 'log' | 'sides'>, id: number): Mark =>
  markOf(
    log.filter((row) => row.direction === 'to-chatra' && row.planfixCommentId === id && row.kind === 'text'),
    sides.chatra.state === 'ok',
  )

/** `rows`: the lines of one message, which may have been sent in parts. */
function markOf(rows: readonly MessageRow[], isReachable: boolean): Mark {
  const row = rows.find(({ state }) => state !== 'delivered') ?? rows[0]
  if (row === undefined) return UNDER_WAY
  const tone = toneOf(row)
  if (row.state === 'delivered')
    return { tone, text: row.direction === 'to-planfix' ? 'demo.mark.in-planfix' : 'demo.mark.in-chat' }
  if (row.state === 'skipped')
    return { tone, text: isKeptFromClient(row.reason) ? 'demo.mark.internal' : 'demo.mark.not-sent' }
  if (row.state === 'failed' || row.state === 'uncertain') return { tone, text: `state.${row.state}` }
  if (isReachable) return UNDER_WAY
  return { tone, text: row.direction === 'to-planfix' ? 'demo.mark.waiting' : 'state.retrying' }
}

const UNDER_WAY: Mark = { tone: 'wait', text: 'demo.mark.under-way' }
