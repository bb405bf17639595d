import {
  keepPreviousData,
  QueryClient,
  QueryClientProvider,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import type { AppState } from '../../shared/api/state.ts'
import type { Args, CallError, CallName, EventName, EventValue, Value } from '../../shared/api.ts'
import type { BridgeClient } from './client.ts'
import type { LineState } from './transport.ts'

const BridgeContext = createContext<BridgeClient | null>(null)
const StateContext = createContext<AppState | null>(null)

/** An expected failure of a call, as `useCall` gives it. */
class CallFailed extends Error {
  readonly error: CallError
  constructor(error: CallError) {
    super(error.message.key)
    this.error = error
  }
}

const queries = new QueryClient({
  defaultOptions: { queries: { retry: false, refetchOnWindowFocus: false, staleTime: 5_000 } },
})

/**
 * Gives the pages the bridge and the newest snapshot; after a lost connection all shown data is read again.
 */
export function ClientProvider({ bridge, children }: { bridge: BridgeClient; children: ReactNode }) {
  const [state, setState] = useState<AppState | null>(null)
  useEffect(() => bridge.on('state', setState), [bridge])
  useEffect(
    () =>
      bridge.onLine((line) => {
        if (line === 'online') void queries.invalidateQueries()
      }),
    [bridge],
  )
  useEffect(() => {
    // Nobody listens for a page that is closed: what it has shown is read again when it is opened.
    const outdate = () => void queries.invalidateQueries({ type: 'inactive', refetchType: 'none' })
    const ends = [bridge.on('event', outdate), bridge.on('messages', outdate)]
    return () => {
      for (const end of ends) end()
    }
  }, [bridge])
  return (
    <BridgeContext value={bridge}>
      <StateContext value={state}>
        <QueryClientProvider client={queries}>{children}</QueryClientProvider>
      </StateContext>
    </BridgeContext>
  )
}

export function useClient(): BridgeClient {
  const bridge = useContext(BridgeContext)
  if (bridge === null) throw new Error('useBridge outside BridgeProvider')
  return bridge
}

/** The newest snapshot; null before the first. */
export const useMaybeAppState = (): AppState | null => useContext(StateContext)

/** The newest snapshot; pages are only shown once there is one. */
export function useAppState(): AppState {
  const state = useContext(StateContext)
  if (state === null) throw new Error('useAppState before the first snapshot')
  return state
}

export function useLine(): LineState {
  const bridge = useClient()
  return useSyncExternalStore(bridge.onLine, bridge.line)
}

/** Calls `listener` (always the newest one) with each event. */
export function usePush<N extends EventName>(event: N, listener: (value: EventValue<N>) => void): void {
  const bridge = useClient()
  const newest = useRef(listener)
  useEffect(() => {
    newest.current = listener
  })
  useEffect(() => bridge.on(event, (value) => newest.current(value)), [bridge, event])
}

export interface Called<T> {
  /** The last good answer, also while it is being read again. */
  value: T | undefined
  error: CallError | null
  /** There is nothing to show yet. */
  loading: boolean
  /** A new request is open while the last answer is shown. */
  refreshing: boolean
  reload(): void
}

/**
 * An unanswered call is retried after this time: a short loss of the connection may not even be reported.
 */
const AGAIN_MS = 5_000

/**
 * The answer of a call that only reads; cached between pages, read again after a lost connection. `skip`
 * sends no request yet.
 */
export function useCall<N extends CallName>(
  name: N,
  args: Args<N>,
  options: { skip?: boolean; everyMs?: number; keepPrevious?: boolean } = {},
): Called<Value<N>> {
  const bridge = useClient()
  const query = useQuery<Value<N>, CallFailed>({
    queryKey: [name, args],
    enabled: options.skip !== true,
    refetchInterval: ({ state }) =>
      state.error?.error.code === 'offline' ? AGAIN_MS : (options.everyMs ?? false),
    ...(options.keepPrevious === true && { placeholderData: keepPreviousData as never }),
    async queryFn() {
      const answer = await bridge.call(name, args)
      if (!answer.ok) throw new CallFailed(answer.error)
      return answer.value
    },
  })
  return {
    value: query.data,
    error: query.error?.error ?? null,
    loading: query.isPending && options.skip !== true,
    refreshing: query.isFetching && !query.isPending,
    reload: () => void query.refetch(),
  }
}

/** Merges pushed data into the cached answer of `useCall`; an answer on its way is older. */
export function useCacheAnswer<N extends CallName>(name: N, args: Args<N>): (value: Value<N>) => void {
  const client = useQueryClient()
  return (value) => {
    void client.cancelQueries({ queryKey: [name, args] })
    client.setQueryData([name, args], value)
  }
}

/** Makes the pages read the named calls again, after a change. */
export function useRefresh(): (...names: CallName[]) => Promise<void> {
  const client = useQueryClient()
  return async (...names) => {
    await Promise.all(names.map((name) => client.invalidateQueries({ queryKey: [name] })))
  }
}
