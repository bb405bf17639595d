import { useCallback, useEffect, useRef, useState } from 'react'
import type { MessageRow } from '../../../shared/api/log.ts'
import type { CallError } from '../../../shared/api.ts'
import { useClient, useLine, usePush } from '../../client/hooks.tsx'
import { withUpdates } from './thread.ts'

const PART = 60

export interface Thread {
  /** Oldest first; null while the newest are loading. */
  rows: MessageRow[] | null
  hasOlder: boolean
  readingOlder: boolean
  error: CallError | null
  readOlder(): void
  reload(): void
}

/** The messages of a conversation from the newest backward, kept up to date. */
export function useThread(id: number): Thread {
  const bridge = useClient()
  const line = useLine()
  const [rows, setRows] = useState<MessageRow[] | null>(null)
  const [hasOlder, setHasOlder] = useState(false)
  const [readingOlder, setReadingOlder] = useState(false)
  const [error, setError] = useState<CallError | null>(null)
  const newest = useRef<MessageRow[]>([])
  const put = useCallback((next: MessageRow[]) => {
    newest.current = next
    setRows(next)
  }, [])

  const update = useCallback(
    async (pushed: readonly MessageRow[]) => {
      const { rows: next, cut } = withUpdates(newest.current, pushed)
      put(next)
      const whole = await Promise.all(cut.map((one) => bridge.call('log.message', { id: one })))
      const read = whole.flatMap((answer) => (answer.ok ? [answer.value.message] : []))
      if (read.length > 0) put(withUpdates(newest.current, read).rows)
    },
    [bridge, put],
  )

  const read = useCallback(async () => {
    const answer = await bridge.call('conversation.messages', { id, beforeId: null, limit: PART })
    if (!answer.ok) return setError(answer.error)
    setError(null)
    // Loaded messages stay; for changed ones the push is current.
    if (newest.current.length === 0) setHasOlder(answer.value.hasOlder)
    put(withUpdates(newest.current, answer.value.rows).rows)
  }, [bridge, id, put])

  useEffect(() => {
    if (line === 'online') void read()
  }, [read, line])
  usePush('messages', ({ rows: pushed, more }) => {
    const own = pushed.filter(({ conversationId }) => conversationId === id)
    if (more) void read()
    else if (own.length > 0 && rows !== null) void update(own)
  })

  const busy = useRef(false)
  const readOlder = async () => {
    const first = newest.current[0]
    if (first === undefined || !hasOlder || busy.current) return
    busy.current = true
    setReadingOlder(true)
    const answer = await bridge.call('conversation.messages', { id, beforeId: first.id, limit: PART })
    busy.current = false
    setReadingOlder(false)
    if (!answer.ok) return setError(answer.error)
    setHasOlder(answer.value.hasOlder)
    const known = new Set(newest.current.map((row) => row.id))
    put([...answer.value.rows.filter((row) => !known.has(row.id)), ...newest.current])
  }
  return { rows, hasOlder, readingOlder, error, readOlder: () => void readOlder(), reload: () => void read() }
}
