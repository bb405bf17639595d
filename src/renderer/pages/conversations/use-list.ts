import { useEffect, useRef, useState } from 'react'
import type { ConversationRow } from '../../../shared/api/conversations.ts'
import type { CallError, Value } from '../../../shared/api.ts'
import { useAppState, useCall, useClient, usePush } from '../../client/hooks.tsx'
import { dayStartsUntil } from '../../components/days.ts'
import type { ListChoice } from './choice.ts'

const PAGE = 50
/** Minimum interval between reads while messages come in. */
const EVERY_MS = 1000

type Next = Value<'conversations.list'>['next']

/** The first page of the list follows every message; later ones are read on request and added below. */
export function useList(choice: ListChoice): {
  rows: ConversationRow[] | null
  error: CallError | null
  busy: boolean
  reload(): void
  /** Null = there are no more. */
  more: (() => void) | null
} {
  const bridge = useClient()
  const { waiting, time } = useAppState()
  // It changes while the window stays open.
  const midnight = dayStartsUntil(time, 1)[0]!
  const args = {
    text: choice.text.trim().slice(0, 200),
    only: choice.only,
    ...(choice.connectionId !== null && { connectionId: choice.connectionId }),
    ...((choice.only === 'today' || choice.only === 'new') && { since: midnight }),
    limit: PAGE,
  }
  const key = JSON.stringify(args)
  const first = useCall('conversations.list', { ...args, after: null }, { keepPrevious: true })
  const [older, setOlder] = useState<{ key: string; rows: ConversationRow[]; next: Next } | null>(null)
  const [reading, setReading] = useState(false)
  const [error, setError] = useState<CallError | null>(null)
  const later = useRef<ReturnType<typeof setTimeout> | null>(null)
  const soon = () => {
    later.current ??= setTimeout(() => {
      later.current = null
      first.reload()
    }, EVERY_MS)
  }
  useEffect(() => () => clearTimeout(later.current ?? undefined), [])
  usePush('messages', soon)
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever somebody begins or ceases to wait.
  useEffect(soon, [waiting.version])

  const known = older?.key === key ? older : null
  const next = known === null ? (first.value?.next ?? null) : known.next
  const read = async () => {
    setReading(true)
    const answer = await bridge.call('conversations.list', { ...args, after: next })
    setReading(false)
    if (!answer.ok) return setError(answer.error)
    setError(null)
    setOlder({ key, rows: [...(known?.rows ?? []), ...answer.value.rows], next: answer.value.next })
  }
  return {
    rows: first.value === undefined ? null : withoutRepeats([...first.value.rows, ...(known?.rows ?? [])]),
    error: first.error ?? error,
    busy: first.refreshing || reading,
    reload: first.reload,
    more: next === null ? null : () => void read(),
  }
}

/** A conversation that has moved up since is shown once, as it is now. */
function withoutRepeats(rows: readonly ConversationRow[]): ConversationRow[] {
  const seen = new Set<number>()
  return rows.filter(({ id }) => !seen.has(id) && seen.add(id))
}
