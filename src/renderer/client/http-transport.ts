import { type LineListener, NotReached, type Transport } from './transport.ts'

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 5_000
const CALL_TIMEOUT_MS = 60_000
const PROBE_TIMEOUT_MS = 5_000
/**
 * A connection that breaks while calls are answered is reopened silently this many times; then it is
 * reported.
 */
const QUIET_TRIES = 3

/** Calls over HTTP, events over a WebSocket; both at the address of the page. */
export const httpTransport = (): Transport => ({
  call: (name, args) => post(name, args, CALL_TIMEOUT_MS),
  open: openLine,
})

async function post(name: string, args: unknown, timeoutMs: number): Promise<unknown> {
  let response: Response
  try {
    response = await fetch(`/api/call/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(args),
      signal: AbortSignal.timeout(timeoutMs),
    })
  } catch {
    throw new NotReached('offline')
  }
  if (response.status === 401 || response.status === 403) throw new NotReached('no-access')
  if (response.status >= 500) throw new NotReached('offline')
  return response.json().catch(() => null)
}

/**
 * Keeps a WebSocket open: after a loss it is retried, soon at first, then every five seconds, and at once on
 * wake.
 */
function openLine(listener: LineListener): () => void {
  let socket: WebSocket | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let wait = FIRST_WAIT_MS
  let tries = 0
  let closed = false

  const connect = () => {
    clearTimeout(timer)
    const address = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/live`
    const mine = new WebSocket(address)
    socket = mine
    mine.onopen = () => {
      wait = FIRST_WAIT_MS
    }
    mine.onmessage = ({ data }) => {
      tries = 0
      listener.line('online')
      listener.push(parsed(data))
    }
    mine.onclose = () => {
      if (socket === mine && !closed) void lost()
    }
  }

  const lost = async () => {
    socket = null
    // A refused upgrade gives no reason: a call does.
    const why = await post('state.get', {}, PROBE_TIMEOUT_MS).then(
      () => null,
      (error: unknown) => (error instanceof NotReached ? error.why : ('offline' as const)),
    )
    if (closed) return
    tries++
    listener.line(why ?? (tries > QUIET_TRIES ? 'offline' : 'connecting'))
    timer = setTimeout(connect, wait)
    wait = Math.min(wait * 2, LONGEST_WAIT_MS)
  }

  const hurry = () => {
    if (socket !== null || closed || document.visibilityState === 'hidden') return
    wait = FIRST_WAIT_MS
    connect()
  }

  connect()
  window.addEventListener('online', hurry)
  document.addEventListener('visibilitychange', hurry)
  return () => {
    closed = true
    clearTimeout(timer)
    window.removeEventListener('online', hurry)
    document.removeEventListener('visibilitychange', hurry)
    socket?.close()
  }
}

function parsed(data: unknown): unknown {
  try {
    return JSON.parse(String(data))
  } catch {
    return null
  }
}
