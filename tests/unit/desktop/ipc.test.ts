import { EventEmitter } from 'node:events'
import { describe, expect, test } from 'vitest'
import { type IpcOptions, isPage, serveIpc } from '../../../src/main/desktop/ipc.ts'
import { CHANNELS } from '../../../src/shared/api/channels.ts'
import { eventPush, plainCaller, recordedFeed, statePush } from '../api/values.ts'

const PAGE = 'file:///opt/bridge/out/renderer/index.html'

/** The part of a window that its main process uses. */
class FakeWindow extends EventEmitter {
  readonly seen: unknown[] = []
  gone = false
  isDestroyed() {
    return this.gone
  }
  send(channel: string, push: unknown) {
    expect(channel).toBe(CHANNELS.push)
    this.seen.push(push)
  }
  /** How a message of the window arrives. */
  says({ url = `${PAGE}#/log`, parent = null as object | null, frame = true } = {}) {
    return { sender: this, senderFrame: frame ? { url, parent } : null }
  }
  closes() {
    this.gone = true
    this.emit('destroyed')
  }
}

function fakeIpc() {
  const events = new EventEmitter()
  const handlers = new Map<string, (event: unknown, ...args: unknown[]) => unknown>()
  const ipcMain = {
    handle: (channel: string, handler: (event: unknown, ...args: unknown[]) => unknown) =>
      handlers.set(channel, handler),
    removeHandler: (channel: string) => handlers.delete(channel),
    on: (channel: string, listener: (...args: unknown[]) => void) => events.on(channel, listener),
    off: (channel: string, listener: (...args: unknown[]) => void) => events.off(channel, listener),
  } as unknown as IpcOptions['ipcMain']
  return {
    ipcMain,
    handlers,
    send: (channel: string, event: object) => events.emit(channel, event),
    call: (event: object, ...args: unknown[]) => handlers.get(CHANNELS.call)?.(event, ...args),
  }
}

function served() {
  const feed = recordedFeed()
  const ipc = fakeIpc()
  const trusts: boolean[] = []
  const service = serveIpc({
    ipcMain: ipc.ipcMain,
    feed,
    isTrusted: isPage(PAGE),
    caller: {
      call(who, name, args) {
        trusts.push(who.trusted)
        return plainCaller.call(who, name, args)
      },
    },
  })
  return { feed, ipc, trusts, service }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

const STRANGERS: [string, Parameters<FakeWindow['says']>[0]][] = [
  ['a foreign page', { url: 'https://evil.example/' }],
  ['another file', { url: 'file:///tmp/index.html' }],
  ['a page whose address begins like ours', { url: `${PAGE}.evil` }],
  ['a frame inside our page', { parent: {} }],
  ['a frame that is gone', { frame: false }],
  ['an address that is none', { url: '' }],
]

describe('calls of a window', () => {
  test('calls from the main frame of our own page are answered', async () => {
    const { ipc, trusts } = served()
    const answer = await ipc.call(new FakeWindow().says(), 'state.get', {})
    expect([answer, trusts]).toMatchObject([{ ok: true }, [true]])
  })

  test.each(STRANGERS)('calls of %s are passed on as those of a stranger', async (_what, who) => {
    const { ipc, trusts } = served()
    await ipc.call(new FakeWindow().says(who), 'state.get', {})
    expect(trusts).toEqual([false])
  })
})

describe('pushes', () => {
  test('pushes go only to subscribed windows, the state first', async () => {
    const { feed, ipc } = served()
    const [asks, other] = [new FakeWindow(), new FakeWindow()]
    ipc.send(CHANNELS.subscribe, asks.says())
    feed.tell(statePush(9))
    feed.tell(eventPush(1))
    await settle()
    feed.tell(eventPush(2))
    expect(asks.seen).toEqual([statePush(10), eventPush(1), eventPush(2)])
    expect(other.seen).toEqual([])
  })

  test.each(STRANGERS)('pushes are not sent to %s', async (_what, who) => {
    const { feed, ipc } = served()
    const window = new FakeWindow()
    ipc.send(CHANNELS.subscribe, window.says(who))
    await settle()
    expect([feed.listeners, window.seen]).toEqual([0, []])
  })

  test.each<[string, (window: FakeWindow, ipc: ReturnType<typeof fakeIpc>) => unknown]>([
    ['asks for no more', (window, ipc) => ipc.send(CHANNELS.unsubscribe, window.says())],
    ['is closed', (window) => window.closes()],
    [
      'shows another page',
      (window) => window.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false }),
    ],
  ])('end when the window %s', async (_what, happen) => {
    const { feed, ipc } = served()
    const window = new FakeWindow()
    ipc.send(CHANNELS.subscribe, window.says())
    happen(window, ipc)
    await settle()
    expect([feed.listeners, window.seen, window.listenerCount('destroyed')]).toEqual([0, [], 0])
  })

  test('pushes continue when only the place within the page changes', async () => {
    const { feed, ipc } = served()
    const window = new FakeWindow()
    ipc.send(CHANNELS.subscribe, window.says())
    window.emit('did-start-navigation', { isMainFrame: true, isSameDocument: true })
    window.emit('did-start-navigation', { isMainFrame: false, isSameDocument: false })
    await settle()
    expect([feed.listeners, window.seen]).toEqual([1, [statePush(10)]])
  })

  test('a window that subscribes again gets each push once, with the state again', async () => {
    const { feed, ipc } = served()
    const window = new FakeWindow()
    ipc.send(CHANNELS.subscribe, window.says())
    await settle()
    ipc.send(CHANNELS.subscribe, window.says())
    await settle()
    feed.tell(eventPush(1))
    expect(window.seen).toEqual([statePush(10), statePush(10), eventPush(1)])
  })

  test('pushes end with the service', async () => {
    const { feed, ipc, service } = served()
    ipc.send(CHANNELS.subscribe, new FakeWindow().says())
    service.stop()
    ipc.send(CHANNELS.subscribe, new FakeWindow().says())
    expect([feed.listeners, ipc.handlers.size]).toEqual([0, 0])
  })
})
