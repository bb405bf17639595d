import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createLive, type LiveSocket } from '../../../../src/main/server/interface/websocket.ts'
import { eventPush, plainCaller, recordedFeed, statePush } from '../../api/values.ts'

class FakeSocket extends EventEmitter implements LiveSocket {
  bufferedAmount = 0
  /** What a browser does by itself. */
  answersPings = true
  leavesWhenAsked = true
  readonly seen: unknown[] = []
  ended: number | 'cut' | null = null

  send(text: string, sent: () => void) {
    this.seen.push(JSON.parse(text))
    sent()
  }
  ping() {
    if (this.answersPings) this.emit('pong')
  }
  close(code: number) {
    this.ended = code
    if (this.leavesWhenAsked) this.emit('close')
  }
  terminate() {
    this.ended = 'cut'
    this.emit('close')
  }
}

const settle = () => vi.advanceTimersByTimeAsync(0)

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

async function withPages(count: number) {
  const feed = recordedFeed()
  const live = createLive({ caller: plainCaller, feed })
  const sockets = Array.from({ length: count }, () => new FakeSocket())
  for (const socket of sockets) live.take(socket)
  await settle()
  return { feed, live, sockets }
}

describe('the live connection', () => {
  test("each page gets the state first, then the application's events", async () => {
    const { feed, sockets } = await withPages(2)
    feed.tell(eventPush(1))
    for (const socket of sockets) expect(socket.seen).toEqual([statePush(10), eventPush(1)])
  })

  test('the application has a listener only while a page is open', async () => {
    const { feed, live, sockets } = await withPages(2)
    expect(feed.listeners).toBe(1)
    for (const socket of sockets) socket.emit('close')
    expect(feed.listeners).toBe(0)
    live.take(new FakeSocket())
    expect(feed.listeners).toBe(1)
  })

  test('a page without a pong is disconnected, others are kept', async () => {
    const { sockets } = await withPages(2)
    const [dead, alive] = sockets as [FakeSocket, FakeSocket]
    dead.answersPings = false
    await vi.advanceTimersByTimeAsync(20_000)
    expect([dead.ended, alive.ended]).toEqual([null, null])
    await vi.advanceTimersByTimeAsync(20_000)
    expect([dead.ended, alive.ended]).toEqual(['cut', null])
    await vi.advanceTimersByTimeAsync(200_000)
    expect(alive.ended).toBeNull()
  })

  test('20 pages are accepted, and the next one gets an explanation', async () => {
    const { feed, live, sockets } = await withPages(21)
    expect(sockets.map((socket) => socket.ended)).toEqual([...Array(20).fill(null), 1013])
    sockets[0]?.emit('close')
    const another = new FakeSocket()
    live.take(another)
    await settle()
    feed.tell(eventPush(1))
    expect([another.seen.length, sockets[20]?.seen.length]).toEqual([2, 0])
  })

  test('on shutdown pages get a closing message and are disconnected if necessary', async () => {
    const { feed, live, sockets } = await withPages(2)
    const [polite, deaf] = sockets as [FakeSocket, FakeSocket]
    deaf.leavesWhenAsked = false
    const stopped = live.stop()
    expect([polite.ended, deaf.ended]).toEqual([1001, 1001])
    await vi.advanceTimersByTimeAsync(250)
    await stopped
    expect(deaf.ended).toBe('cut')
    expect([feed.listeners, vi.getTimerCount()]).toEqual([0, 0])
    const late = new FakeSocket()
    live.take(late)
    expect(late.ended).toBe(1001)
  })

  test('the server survives an error of one page', async () => {
    const { sockets } = await withPages(1)
    sockets[0]?.emit('error', new Error('broken frame'))
    expect(sockets[0]?.ended).toBe('cut')
  })

  test('a page without an available state is closed', async () => {
    const live = createLive({
      caller: { call: (who, _name, args) => plainCaller.call(who, 'log.retry', args) },
      feed: recordedFeed(),
    })
    const socket = new FakeSocket()
    live.take(socket)
    await settle()
    expect([socket.ended, socket.seen]).toEqual([1011, []])
  })
})
