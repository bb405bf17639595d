import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { followPower } from '../../../../src/main/desktop/lifecycle/power.ts'
import { orderlyShutdown, type ShutdownOptions } from '../../../../src/main/desktop/lifecycle/shutdown.ts'

const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() }
/** The part of Electron's `app` that a shutdown uses. */
class FakeApp extends EventEmitter {
  readonly exited: number[] = []
  readonly relaunched: { args?: string[] | undefined; execPath?: string | undefined }[] = []
  prevented = 0
  exit(code = 0) {
    this.exited.push(code)
  }
  relaunch(options: { args?: string[]; execPath?: string } = {}) {
    this.relaunched.push(options)
  }
  quit() {
    this.emit('before-quit', { preventDefault: () => this.prevented++ })
  }
}
let app: FakeApp
const ending = (changes: Partial<ShutdownOptions> = {}) =>
  orderlyShutdown({
    app: app as unknown as ShutdownOptions['app'],
    log,
    appImage: null,
    now: () => 1000,
    ...changes,
  })

const SIGNALS = [
  ...(['SIGTERM', 'SIGINT', 'SIGHUP'] as const),
  ...(['uncaughtException', 'unhandledRejection', 'disconnect'] as const),
]
let heard: Map<string, ((...args: never[]) => void)[]>
beforeEach(() => {
  vi.useFakeTimers()
  app = new FakeApp()
  heard = new Map(SIGNALS.map((name) => [name, process.listeners(name as 'SIGTERM') as never]))
})
afterEach(() => {
  vi.useRealTimers()
  for (const name of SIGNALS) {
    for (const listener of process.listeners(name as 'SIGTERM')) {
      if (!heard.get(name)?.includes(listener as never)) process.off(name, listener as never)
    }
  }
})
const settle = () => vi.advanceTimersByTimeAsync(0)

test('"Quit" waits for calls under way, and runs once', async () => {
  let done = () => {}
  let stops = 0
  ending().onShutdown(() => {
    stops += 1
    return new Promise((resolve) => {
      done = () => resolve()
    })
  })
  app.quit()
  app.quit()
  await settle()
  expect({ stops, exited: app.exited, prevented: app.prevented }).toEqual({
    stops: 1,
    exited: [],
    prevented: 2,
  })
  done()
  await settle()
  expect(app.exited).toEqual([0])
})

test('"Quit" ends within 5 s when something hangs', async () => {
  ending().onShutdown(() => new Promise(() => undefined))
  app.quit()
  await vi.advanceTimersByTimeAsync(4_999)
  expect(app.exited).toEqual([0])
})

test('"Quit" before anything runs exits at once', async () => {
  ending()
  app.quit()
  await settle()
  expect(app.exited).toEqual([0])
})

test('a crash shuts down in order and restarts with the same visibility', async () => {
  const stopped = vi.fn(async () => undefined)
  const one = ending({ appImage: '/opt/Bridge.AppImage' })
  one.onShutdown(stopped)
  one.restartsWith(() => ['--hidden'])
  one.fault(new Error('broken'))
  one.fault(new Error('broken again, while ending'))
  await settle()
  expect(stopped).toHaveBeenCalledOnce()
  expect(app.relaunched).toEqual([
    { args: ['--hidden', '--restarted=1000'], execPath: '/opt/Bridge.AppImage' },
  ])
  expect(app.exited).toEqual([1])
})

test('a permanent fault does not restart the program for ever', async () => {
  const one = ending()
  one.restartsWith(() => ['--restarted=900,950,990'])
  one.fault(new Error('broken'))
  await settle()
  expect({ relaunched: app.relaunched, exited: app.exited }).toEqual({ relaunched: [], exited: [1] })
})

test('an installer that quits the program itself is not delayed', async () => {
  const stopped = vi.fn(async () => undefined)
  const one = ending()
  one.onShutdown(stopped)
  await one.releaseForUpdate()
  app.quit()
  await settle()
  expect(stopped).toHaveBeenCalledOnce()
  expect({ prevented: app.prevented, exited: app.exited }).toEqual({ prevented: 0, exited: [] })
})

test('sleep parks, wake reports since when, and switching off shuts down', () => {
  const powerMonitor = new EventEmitter()
  const calls: unknown[] = []
  let now = 5
  const stop = followPower({
    app: app as never,
    powerMonitor: powerMonitor as never,
    application: {
      now: () => now,
      park: () => void calls.push('park'),
      wake: async (since) => void calls.push(['wake', since]),
    },
    shutdown: () => calls.push('end'),
  })
  powerMonitor.emit('suspend')
  now = 900
  powerMonitor.emit('resume')
  powerMonitor.emit('resume')
  const preventDefault = vi.fn()
  powerMonitor.emit('shutdown', { preventDefault })
  expect(calls).toEqual(['park', ['wake', 5], ['wake', null], 'end'])
  expect(preventDefault).toHaveBeenCalledOnce()
  stop()
  powerMonitor.emit('suspend')
  expect(calls).toHaveLength(4)
})

test("Windows' shutdown notice reaches a window: no new work begins", () => {
  const calls: string[] = []
  const stop = followPower({
    app: app as never,
    powerMonitor: new EventEmitter() as never,
    application: { now: () => 0, park: () => void calls.push('park'), wake: async () => undefined },
    shutdown: () => calls.push('end'),
  })
  const window = new EventEmitter()
  app.emit('browser-window-created', {}, window)
  window.emit('query-session-end', {})
  window.emit('session-end', {})
  expect(calls).toEqual(['park', 'park'])
  stop()
  expect(app.listenerCount('browser-window-created')).toBe(0)
})
