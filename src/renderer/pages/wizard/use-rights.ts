import { useCallback, useEffect, useRef, useState } from 'react'
import type { ScopeFinding } from '../../../shared/api/setup.ts'
import type { CallError } from '../../../shared/api.ts'
import { SCOPES } from '../../../shared/setup/scopes.ts'
import { useClient } from '../../client/hooks.tsx'

/** What the Planfix token may do, as far as it has been read. */
export interface Rights {
  found: readonly ScopeFinding[]
  state: 'not-read' | 'reading' | 'read' | 'failed'
  /** Why reading stopped; `again` goes on where it stopped. */
  error: CallError | null
  /** Reads all of them again, for another token or after a change in Planfix. */
  restart(): void
  /** Reads the remaining ones, if they are not being read. */
  again(): void
}

/**
 * Reads the rights one after the other: Planfix answers one question a second, so each is shown as soon as it is known. It
 * goes on while the owner is at another step.
 */
export function useRights(id: string): Rights {
  const bridge = useClient()
  const [found, setFound] = useState<readonly ScopeFinding[]>([])
  const [state, setState] = useState<Rights['state']>('not-read')
  const [error, setError] = useState<CallError | null>(null)
  /** Only the newest run counts. */
  const run = useRef(0)
  const known = useRef<readonly ScopeFinding[]>([])

  const read = useCallback(
    async (mine: number) => {
      setState('reading')
      setError(null)
      for (const scope of SCOPES.slice(known.current.length)) {
        const answer = await bridge.call('setup.scope', { id, scope })
        if (run.current !== mine) return
        if (!answer.ok) {
          setError(answer.error)
          setState('failed')
          return
        }
        known.current = [...known.current, answer.value]
        setFound(known.current)
      }
      setState('read')
    },
    [bridge, id],
  )
  const restart = useCallback(() => {
    known.current = []
    setFound([])
    void read(++run.current)
  }, [read])
  const again = useCallback(() => void read(++run.current), [read])
  useEffect(
    () => () => {
      run.current = -1
    },
    [],
  )
  return { found, state, error, restart, again }
}
