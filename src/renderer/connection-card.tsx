import type { Direction } from '../shared/domain.ts'
import type { ConnectionView, SideView } from './calls.ts'
import type { Language, Say } from './words.ts'

const DIRECTIONS: readonly Direction[] = ['to-planfix', 'to-chatra']

/** One connection: how both sides are, how much waits, and what the owner can do. */
export function ConnectionCard(props: { connection: ConnectionView; say: Say; language: Language }) {
  const { connection, say, language } = props
  const { name, enabled, missing, advice, counts, requestsToday, budgetRemaining } = connection
  return (
    <section className="card">
      <h3>{name}</h3>
      {!enabled && <p>{say('off')}</p>}
      {enabled && (
        <>
          <Side
            name="Chatra"
            side={connection.chatra}
            missing={missing.length > 0}
            say={say}
            language={language}
          />
          <Side
            name="Planfix"
            side={connection.planfix}
            missing={missing.length > 0}
            say={say}
            language={language}
          />
          {advice.map((text) => (
            <p key={text} className="advice">
              {text}
            </p>
          ))}
          {DIRECTIONS.map((direction) => (
            <p key={direction} className="counts">
              {say(direction)}: {say('counts', { ...counts.states[direction], open: counts.open[direction] })}
            </p>
          ))}
          <p className="counts">
            {budgetRemaining === null
              ? say('budget-unknown', { used: requestsToday })
              : say('budget', { used: requestsToday, left: budgetRemaining })}
          </p>
        </>
      )}
    </section>
  )
}

function Side(props: { name: string; side: SideView; missing: boolean; say: Say; language: Language }) {
  const { name, side, missing, say, language } = props
  const state = missing ? 'missing' : side.state
  const until =
    !missing && side.state === 'waiting'
      ? `, ${say('next-try', { time: new Date(side.until).toLocaleTimeString(language) })}`
      : ''
  return (
    <p className={`side ${state}`}>
      {name}: {say(state === 'ok' ? 'works' : state)}
      {until}
    </p>
  )
}
