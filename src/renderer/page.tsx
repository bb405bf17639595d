import { useEffect, useState } from 'react'
import { act } from './calls.ts'
import { ConnectionCard } from './connection-card.tsx'
import { useLive } from './live.ts'
import { Events, LogTable } from './tables.tsx'
import { speaker } from './words.ts'

/** The status page: connections with what to do, the live log, the last events. */
export function Page() {
  const live = useLive()
  const [notice, setNotice] = useState(false)
  const language = live.status?.language ?? 'en'
  const say = speaker(language)

  useEffect(() => {
    document.documentElement.lang = language
    document.title = speaker(language)('title')
  }, [language])

  if (live.trouble === 'no-access') return <p className="trouble">{say('no-access')}</p>
  if (live.status === null) return <p className="trouble">{say(live.trouble ?? 'loading')}</p>

  const settle = async (what: 'retry' | 'dismiss', id: string) => {
    setNotice(!(await act(what, id).catch(() => false)))
    await live.refresh()
  }
  const { connections, storeFailing } = live.status
  return (
    <main>
      <h1>{say('title')}</h1>
      {live.trouble && <p className="trouble">{say(live.trouble)}</p>}
      {storeFailing && <p className="trouble">{say('store-failing', { detail: storeFailing })}</p>}
      <h2>{say('connections')}</h2>
      {connections.length === 0 && <p>{say('no-connections')}</p>}
      <div className="cards">
        {connections.map((connection) => (
          <ConnectionCard key={connection.id} connection={connection} say={say} language={language} />
        ))}
      </div>
      <h2>{say('log')}</h2>
      {notice && <p className="trouble">{say('not-done')}</p>}
      <LogTable live={live} say={say} language={language} onSettle={settle} />
      <h2>{say('events')}</h2>
      <Events events={live.events} say={say} language={language} />
    </main>
  )
}
