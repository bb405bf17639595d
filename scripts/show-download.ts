/**
 * Preloaded into the installer of Electron, which shows nothing in the first 30 seconds and nothing at all outside a
 * terminal: every download by `fetch` shows its progress on standard error, and one that stands still fails.
 */

/** Nothing came for so long: the line is dead. */
const STALLED_MS = Number(process.env.BRIDGE_DOWNLOAD_STALLS_MS) || 60_000
/** Smaller answers need no progress. */
const SMALL_BYTES = 1_000_000
const TERMINAL_EVERY_MS = 200
const FILE_EVERY_MS = 10_000

/** `total`: bytes, null when the server does not say; `ms`: since the beginning. */
export function progressLine(done: number, total: number | null, ms: number): string {
  const speed = ms > 0 ? done / ms : 0
  const parts = [
    total === null ? mb(done) : `${Math.floor((done / total) * 100)} %, ${mb(done)} of ${mb(total)}`,
  ]
  if (ms >= 1000 && speed > 0) {
    parts.push(`${(speed / 1000).toFixed(1)} MB/s`)
    if (total !== null) parts.push(`${leftOf((total - done) / speed)} left`)
  }
  return parts.join(', ')
}

const mb = (bytes: number): string => `${Math.round(bytes / 1_000_000)} MB`

function leftOf(ms: number): string {
  const seconds = Math.round(ms / 1000)
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
}

interface Screen {
  isTTY?: boolean
  write(text: string): unknown
}

/** A `fetch` that shows the progress of big answers. */
export function showing(download: typeof fetch, screen: Screen, now: () => number = Date.now): typeof fetch {
  return async (url, options) => {
    const stop = new AbortController()
    const signals = options?.signal ? [options.signal, stop.signal] : [stop.signal]
    const response = await download(url, { ...options, signal: AbortSignal.any(signals) })
    const length = Number(response.headers.get('content-length')) || null
    if (!response.ok || response.body === null || (length !== null && length < SMALL_BYTES)) return response
    const { headers, status, statusText } = response
    return new Response(response.body.pipeThrough(watched(length, screen, now, stop)), {
      headers,
      status,
      statusText,
    })
  }
}

function watched(
  total: number | null,
  screen: Screen,
  now: () => number,
  stop: AbortController,
): TransformStream<Uint8Array, Uint8Array> {
  const begun = now()
  const every = screen.isTTY ? TERMINAL_EVERY_MS : FILE_EVERY_MS
  let shownAt = screen.isTTY ? 0 : begun
  let done = 0
  const show = (end: string) => {
    const line = progressLine(done, total, now() - begun)
    screen.write(screen.isTTY ? `\r${line}  ${end}` : `${line}\n`)
  }
  const patience = () =>
    setTimeout(() => {
      stop.abort(new Error(`nothing has come for ${STALLED_MS / 1000} s: the connection is too bad`))
    }, STALLED_MS).unref()
  let timer = patience()
  return new TransformStream({
    transform(chunk, controller) {
      clearTimeout(timer)
      timer = patience()
      done += chunk.byteLength
      if (now() - shownAt >= every) {
        shownAt = now()
        show('')
      }
      controller.enqueue(chunk)
    },
    flush() {
      clearTimeout(timer)
      show('\n')
    },
  })
}

// In the installer's process.
if (process.argv[1]?.endsWith('install.js')) globalThis.fetch = showing(globalThis.fetch, process.stderr)
