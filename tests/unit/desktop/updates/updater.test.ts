import { EventEmitter } from 'node:events'
import { describe, expect, test } from 'vitest'
import { readUpdateFeed } from '../../../../src/main/desktop/updates/feed.ts'
import {
  startUpdates,
  type Updater,
  type UpdatesOptions,
} from '../../../../src/main/desktop/updates/updater.ts'
import { FakeClock, settle } from '../../../support/fake-clock.ts'
import { HOUR, MINUTE, MORNING } from '../notifications/scene.ts'

class FakeUpdater extends EventEmitter {
  checks = 0
  installs = 0
  /** How a check for updates ends. */
  outcome: 'nothing' | 'downloaded' | 'error' = 'nothing'
  autoInstallOnAppQuit = true
  disableWebInstaller = false
  async checkForUpdates() {
    this.checks++
    if (this.outcome === 'downloaded') this.emit('update-downloaded', { version: '2.0.0' })
    if (this.outcome === 'error') {
      this.emit('error', new Error('away'))
      throw new Error('away')
    }
    return { isUpdateAvailable: this.outcome === 'downloaded', updateInfo: { version: '2.0.0' } }
  }
  quitAndInstall() {
    this.installs++
  }
}

function scene(options: Partial<UpdatesOptions> = {}) {
  const clock = new FakeClock(MORNING)
  const updater = new FakeUpdater()
  const told: string[] = []
  const logged: string[] = []
  const order: string[] = []
  let loads = 0
  let isBusy = false
  const note = (level: string) => (_fields: object, text: string) => void logged.push(`${level} ${text}`)
  const updates = startUpdates({
    feed: { source: 'updates.example', asksPassword: false },
    clock,
    log: { info: note('info'), warn: note('warn'), error: note('error') },
    isBusy: () => isBusy,
    leave: async () => true,
    async end() {
      order.push('ended')
    },
    failed: () => void order.push('failed'),
    moved: (appImage) => void order.push(`moved to ${appImage}`),
    notify: ({ version, onQuit }) => void told.push(`${version} ${onQuit}`),
    async load() {
      loads++
      return updater as unknown as Updater
    },
    ...options,
  })
  updater.quitAndInstall = () => void order.push('installed')
  return {
    clock,
    updater,
    updates,
    told,
    logged,
    order,
    get loads() {
      return loads
    },
    busy(now: boolean) {
      isBusy = now
    },
  }
}

describe('updates', () => {
  test('without a feed nothing is loaded and no timer runs', async () => {
    const one = scene({ feed: null })
    await one.clock.advance(100 * HOUR)
    expect(one.loads).toBe(0)
    expect(one.clock.waiting).toBe(0)
    expect(await one.updates.restart()).toBe('none')
  })

  test('updates are checked 15 minutes after the start, then once a day', async () => {
    const one = scene()
    await one.clock.advance(HOUR / 4 - 1)
    expect(one.loads).toBe(0)
    await one.clock.advance(1)
    expect(one.updater.checks).toBe(1)
    await one.clock.advance(72 * HOUR)
    expect(one.updater.checks).toBe(4)
    expect(one.loads).toBe(1)
  })

  test('a download is reported once, and restarts nothing', async () => {
    const one = scene()
    one.updater.outcome = 'downloaded'
    await one.clock.advance(60 * HOUR)
    expect(one.told).toEqual(['2.0.0 true'])
    expect(one.updates.ready).toBe('2.0.0')
    expect(one.order).toEqual([])
    expect(one.updater.autoInstallOnAppQuit).toBe(true)
  })

  test('a restart waits for work under way; the bridge ends before the installer begins', async () => {
    const one = scene()
    one.updater.outcome = 'downloaded'
    await one.clock.advance(HOUR / 4)
    one.busy(true)
    expect(await one.updates.restart()).toBe('busy')
    expect(one.order).toEqual([])
    one.busy(false)
    expect(await one.updates.restart()).toBe('restarting')
    expect(await one.updates.restart()).toBe('restarting')
    expect(one.order).toEqual(['ended', 'installed'])
  })

  test('an installer that does not begin leaves no ended bridge behind', async () => {
    const one = scene()
    one.updater.outcome = 'downloaded'
    await one.clock.advance(HOUR / 4)
    await one.updates.restart()
    await one.clock.advance(2 * MINUTE)
    expect(one.order).toEqual(['ended', 'installed', 'failed'])
  })

  test('an update that needs a password is never installed automatically', async () => {
    const one = scene({ feed: { source: 'updates.example', asksPassword: true } })
    one.updater.outcome = 'downloaded'
    await one.clock.advance(HOUR / 4)
    expect(one.updater.autoInstallOnAppQuit).toBe(false)
    expect(one.told).toEqual(['2.0.0 false'])
  })

  test('errors are only in the log, and the next day tries again', async () => {
    const one = scene()
    one.updater.outcome = 'error'
    await one.clock.advance(HOUR / 4)
    expect(one.logged.join()).toContain('warn no look for updates was possible')
    expect(one.told).toEqual([])
    one.updater.outcome = 'downloaded'
    await one.clock.advance(24 * HOUR)
    expect(one.told).toEqual(['2.0.0 true'])
  })

  test('an updater that cannot be loaded is no fault of the bridge', async () => {
    const one = scene({ load: () => Promise.reject(new Error('no such module')) })
    await one.clock.advance(HOUR / 4)
    await settle()
    expect(one.logged.join()).toContain('warn no look for updates was possible')
  })

  test('no check is made after the end', async () => {
    const one = scene()
    one.updates.stop()
    await one.clock.advance(100 * HOUR)
    expect(one.loads).toBe(0)
    expect(one.clock.waiting).toBe(0)
  })

  test('nothing ends or is installed while the window has unsaved changes', async () => {
    let isSaved = false
    const one = scene({ leave: async () => isSaved })
    one.updater.outcome = 'downloaded'
    await one.clock.advance(HOUR)
    expect(await one.updates.restart()).toBe('kept')
    await one.clock.advance(HOUR)
    expect(one.order).toEqual([])
    isSaved = true
    expect(await Promise.all([one.updates.restart(), one.updates.restart()])).toEqual([
      'restarting',
      'restarting',
    ])
    expect(one.order).toEqual(['ended', 'installed'])
  })

  test('an AppImage renamed by an update is reported', async () => {
    const one = scene()
    await one.clock.advance(HOUR)
    one.updater.emit('appimage-filename-updated', '/home/a/Bridge-2.0.0.AppImage')
    expect(one.order).toEqual(['moved to /home/a/Bridge-2.0.0.AppImage'])
  })
})

describe('a feed', () => {
  test.each([
    [
      'an https address',
      'provider: generic\nurl: https://updates.example/bridge\nupdaterCacheDirName: x\n',
      'updates.example',
    ],
    ['in quotes', 'provider: \'generic\'\nurl: "https://updates.example"\n', 'updates.example'],
    ['of GitHub', 'owner: shop\nrepo: bridge\nprovider: github\n', 'github shop/bridge'],
  ])('the feed %s is accepted', (_what, text, source) => {
    expect(readUpdateFeed(text)).toEqual({ ok: true, source })
  })

  test.each([
    ['http', 'provider: generic\nurl: http://updates.example\n'],
    ['http in capitals', 'provider: generic\nurl: HTTP://updates.example\n'],
    ['http of this computer', 'provider: generic\nurl: http://127.0.0.1:8080\n'],
    ['a file', 'provider: generic\nurl: file:///tmp/x\n'],
    ['http behind the line', 'provider: generic\nurl: https://updates.example\nextra:\n  url: http://x\n'],
    ['the protocol http', 'provider: github\nowner: a\nrepo: b\nprotocol: http\n'],
    ['no address', 'provider: generic\n'],
    ['an unknown provider', 'provider: custom\nurl: https://updates.example\n'],
    ['nothing', ''],
  ])('the feed %s is refused', (_what, text) => {
    expect(readUpdateFeed(text).ok).toBe(false)
  })
})

describe('a look that the owner asks for', () => {
  test.each([
    ['nothing', 'none'],
    ['downloaded', 'ready'],
    ['error', 'failed'],
  ] as const)('the owner learns what a look came to: %s', async (outcome, expected) => {
    const one = scene()
    one.updater.outcome = outcome
    expect(await one.updates.look()).toBe(expected)
    expect(one.updater.checks).toBe(1)
  })

  test('a program without an address for updates says so', async () => {
    expect(await scene({ feed: null }).updates.look()).toBe('off')
  })

  test('a look of the owner begins the day anew', async () => {
    const one = scene()
    await one.updates.look()
    await one.clock.advance(24 * HOUR - 1)
    expect(one.updater.checks).toBe(1)
    await one.clock.advance(1)
    expect(one.updater.checks).toBe(2)
  })
})
