import { useCallback, useEffect, useRef, useState } from 'react'
import type { LogEntry } from '../shared/domain.ts'
import {
  type EventView,
  lastEvents,
  logAfter,
  logBefore,
  NoAccess,
  type StatusView,
  status,
} from './calls.ts'

export interface Live {
  status: StatusView | null
  /** Oldest first. */
  entries: LogEntry[]
  events: EventView[]
  trouble: 'no-access' | 'offline' | null
  hasOlder: boolean
  loadOlder(): Promise<void>
  refresh(): Promise<void>
}

const EVERY_MS = 2000
/** More lines than this make the page slow; older ones are a click away. */
const MOST_LINES = 2000

/** The bridge's state, asked for every two seconds while the page can be seen. */
export function useLive(): Live {
  const [state, setState] = useState<StatusView | null>(null)
  const [entries, setEntries] = useState<LogEntry[]>([])
  const [events, setEvents] = useState<EventView[]>([])
  const [trouble, setTrouble] = useState<Live['trouble']>(null)
  const [hasOlder, setHasOlder] = useState(false)
  const newest = useRef<number | null>(null)
  const busy = useRef(false)

  const refresh = useCallback(async () => {
    if (busy.current) return
    busy.current = true
    try {
      setState(await status())
      setEvents(await lastEvents())
      const first = newest.current === null
      const more = newest.current === null ? await logBefore(null) : await logAfter(newest.current)
      if (first) setHasOlder(more.length === 100)
      newest.current = more.at(-1)?.seq ?? newest.current ?? 0
      if (more.length > 0) setEntries((known) => [...known, ...more].slice(-MOST_LINES))
      setTrouble(null)
    } catch (error) {
      setTrouble(error instanceof NoAccess ? 'no-access' : 'offline')
    } finally {
      busy.current = false
    }
  }, [])

  const oldest = entries[0]?.seq ?? null
  const loadOlder = useCallback(async () => {
    const older = await logBefore(oldest).catch(() => [])
    setHasOlder(older.length === 100)
    setEntries((known) => [...older, ...known])
  }, [oldest])

  useEffect(() => {
    void refresh()
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void refresh()
    }, EVERY_MS)
    return () => clearInterval(timer)
  }, [refresh])

  return { status: state, entries, events, trouble, hasOlder, loadOlder, refresh }
}
