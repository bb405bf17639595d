import type { AppState } from '../../../shared/api/state.ts'
import type { Push } from '../../../shared/api.ts'
import type { Caller, PushSource } from '../../api/dispatcher.ts'
import { createPushBuffer, type PushBuffer, type Wire } from './push-buffer.ts'

/** The used part of a WebSocket. */
export interface LiveSocket extends Wire {
  ping(): void
  close(code: number, reason: string): void
  terminate(): void
  on(event: 'pong' | 'close' | 'error', listener: () => void): unknown
}

/** All open pages, which receive the application's pushes. */
export interface Live {
  /** Its first message is the state. `isAllowed` is asked again at each beat: a key may be revoked. */
  take(socket: LiveSocket, isAllowed?: () => boolean): void
  /** Closes all and disconnects those that do not close within a moment. */
  stop(): Promise<void>
}

const MOST_SOCKETS = 20
const BEAT_MS = 20_000
const GOODBYE_MS = 250

// Close codes of RFC 6455.
const GOING_AWAY = 1001
const FAULT = 1011
const TOO_MANY = 1013

interface Page {
  socket: LiveSocket
  outbox: PushBuffer
  /** It has answered the last ping. */
  answers: boolean
  isAllowed: () => boolean
}

export function createLive({ caller, feed }: { caller: Caller; feed: PushSource }): Live {
  const pages = new Set<Page>()
  let rest: () => void = () => undefined
  let stopped = false

  /** The feed is subscribed only while a page is open. */
  const work = () => {
    const leave = feed.subscribe((push) => {
      const text = JSON.stringify(push)
      for (const { outbox } of pages) outbox.tell(push, text)
    })
    const beat = setInterval(() => {
      for (const page of pages) listenFor(page)
    }, BEAT_MS)
    rest = () => {
      leave()
      clearInterval(beat)
    }
  }

  const gone = (page: Page) => {
    if (pages.delete(page) && pages.size === 0) rest()
  }

  return {
    take(socket, isAllowed = () => true) {
      // Without a listener an error of one page would end the program.
      socket.on('error', () => socket.terminate())
      if (stopped) return socket.close(GOING_AWAY, 'the bridge stops')
      if (pages.size >= MOST_SOCKETS) return socket.close(TOO_MANY, 'too many pages are open')
      const page: Page = { socket, outbox: createPushBuffer(socket), answers: true, isAllowed }
      pages.add(page)
      if (pages.size === 1) work()
      socket.on('close', () => gone(page))
      socket.on('pong', () => {
        page.answers = true
      })
      void begin(caller, page)
    },
    async stop() {
      stopped = true
      if (pages.size === 0) return
      rest()
      const left = [...pages].map(
        ({ socket }) => new Promise<void>((resolve) => void socket.on('close', resolve)),
      )
      for (const { socket } of pages) socket.close(GOING_AWAY, 'the bridge stops')
      let timer: NodeJS.Timeout | undefined
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, GOODBYE_MS)
      })
      await Promise.race([Promise.all(left), patience])
      clearTimeout(timer)
      for (const { socket } of pages) socket.terminate()
    },
  }
}

async function begin(caller: Caller, { socket, outbox }: Page): Promise<void> {
  const answer = await caller.call({ trusted: true }, 'state.get', {})
  if (!answer.ok) return socket.close(FAULT, 'there is no state')
  outbox.open({ event: 'state', value: answer.value as AppState } satisfies Push)
}

/** No pong since the last ping: the client is gone without closing (a closed laptop, a pulled cable). */
function listenFor(page: Page): void {
  const { socket, answers } = page
  page.answers = false
  if (answers && page.isAllowed()) socket.ping()
  else socket.terminate()
}
