import type { LogEntry } from '../shared/domain.ts'
import type { EventView } from './calls.ts'
import type { Live } from './live.ts'
import type { Language, Say } from './words.ts'

const STUCK: readonly string[] = ['failed', 'uncertain']

/** The live log, newest first. What is stuck can be sent again or dismissed at its latest line. */
export function LogTable(props: {
  live: Live
  say: Say
  language: Language
  onSettle(what: 'retry' | 'dismiss', id: string): void
}) {
  const { live, say, language, onSettle } = props
  if (live.entries.length === 0) return <p>{say('no-messages')}</p>
  const latest = new Map(live.entries.map((entry) => [entry.id, entry.seq]))
  return (
    <>
      <table>
        <thead>
          <tr>
            {(['time', 'connection', 'direction', 'state', 'reason', 'text', 'actions'] as const).map(
              (key) => (
                <th key={key}>{say(key)}</th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {live.entries.toReversed().map((entry) => (
            <Line
              key={entry.seq}
              entry={entry}
              say={say}
              language={language}
              onSettle={STUCK.includes(entry.state) && latest.get(entry.id) === entry.seq ? onSettle : null}
            />
          ))}
        </tbody>
      </table>
      {live.hasOlder && (
        <button type="button" onClick={() => void live.loadOlder()}>
          {say('older')}
        </button>
      )}
    </>
  )
}

function Line(props: {
  entry: LogEntry
  say: Say
  language: Language
  onSettle: ((what: 'retry' | 'dismiss', id: string) => void) | null
}) {
  const { entry, say, language, onSettle } = props
  return (
    <tr className={entry.state}>
      <td>{new Date(entry.time).toLocaleString(language)}</td>
      <td>{entry.connection}</td>
      <td>{say(entry.direction)}</td>
      <td>{say(`state.${entry.state}`)}</td>
      <td>{entry.reason}</td>
      <td className="text">{entry.text}</td>
      <td>
        {onSettle !== null &&
          (['retry', 'dismiss'] as const).map((what) => (
            <button key={what} type="button" onClick={() => onSettle(what, entry.id)}>
              {say(what)}
            </button>
          ))}
      </td>
    </tr>
  )
}

/** What concerns connections or the program as a whole, newest first. */
export function Events(props: { events: EventView[]; say: Say; language: Language }) {
  const { events, say, language } = props
  if (events.length === 0) return <p>{say('no-events')}</p>
  return (
    <ul>
      {events.toReversed().map((event) => (
        <li key={event.id} className={event.level}>
          <time>{new Date(event.time).toLocaleString(language)}</time> {event.connectionId} {event.text}
        </li>
      ))}
    </ul>
  )
}
