import { describe, expect, test } from 'vitest'
import { type Run, traySupport, watchTraySupport } from '../../../../src/main/desktop/tray/support.ts'
import { FakeClock, settle } from '../../../support/fake-clock.ts'

const BUS = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/1000/bus' }
const HOUR = 3_600_000
const silent = { info: () => undefined, warn: () => undefined }
/**
 * Answers by program: first whether there is a watcher, then whether a panel is registered; the other programs are
 * not installed.
 */
const saying =
  (answers: Record<string, readonly [owner: string | null, host?: string]>): Run =>
  async (command, args) =>
    answers[command]?.[args.join(' ').includes('NameHasOwner') ? 0 : 1] ?? null

test('systems other than Linux always have a tray', async () => {
  expect(await traySupport('win32', saying({}), {})).toBe('there')
  expect(await traySupport('darwin', saying({}), {})).toBe('there')
})

test.each([
  ['gdbus', '(true,)', '(<true>,)', 'there'],
  ['gdbus', '(true,)', '(<false>,)', 'missing'],
  ['gdbus', '(false,)', '', 'missing'],
  ['busctl', 'b true', 'b true', 'there'],
  ['busctl', 'b true', 'b false', 'missing'],
  ['busctl', 'b false', '', 'missing'],
  [
    'dbus-send',
    'method return time=1 sender=org.freedesktop.DBus\n   boolean true',
    'method return time=1 sender=:1.5\n   variant       boolean true',
    'there',
  ],
  [
    'dbus-send',
    'method return time=1 sender=org.freedesktop.DBus\n   boolean true',
    'method return time=1 sender=:1.5\n   variant       boolean false',
    'missing',
  ],
])('the answer %s means: %s, %s', async (command, owner, host, expected) => {
  expect(await traySupport('linux', saying({ [command]: [owner, host] }), BUS)).toBe(expected)
})

test("a watcher without a panel's state counts as none, as for Chromium", async () => {
  expect(await traySupport('linux', saying({ gdbus: ['(true,)'], busctl: ['b true', 'b true'] }), BUS)).toBe(
    'missing',
  )
})

test('without a program to query the bus the support is unknown', async () => {
  expect(await traySupport('linux', saying({}), BUS)).toBe('unknown')
})

test('without a session bus there is no tray', async () => {
  expect(await traySupport('linux', saying({ gdbus: ['(true,)', '(<true>,)'] }), {})).toBe('missing')
})

/** A session whose panel is as `said` describes: whether there is a watcher, and whether a panel is registered. */
function session(environment: NodeJS.ProcessEnv, said: { owner: boolean; host: boolean } | null) {
  const clock = new FakeClock(0)
  const scene = { clock, said, made: [] as number[], opened: [] as number[], asked: 0 }
  const watch = watchTraySupport({
    platform: 'linux',
    log: silent,
    make: () => void scene.made.push(clock.now()),
    missing: () => void scene.opened.push(clock.now()),
    async run(_command, args) {
      if (scene.said === null) return null
      scene.asked += 1
      return args.includes('org.freedesktop.DBus.Properties.Get')
        ? `(<${scene.said.host}>,)`
        : `(${scene.said.owner},)`
    },
    clock,
    environment,
  })
  return Object.assign(scene, { watch })
}
const NONE = { owner: false, host: false }
const HOSTLESS = { owner: true, host: false }
const PANEL = { owner: true, host: true }
const WAYLAND = { ...BUS, XDG_SESSION_TYPE: 'wayland', WAYLAND_DISPLAY: 'wayland-0', DISPLAY: ':0' }
const X11 = { ...BUS, XDG_SESSION_TYPE: 'x11', DISPLAY: ':0' }

describe('the tray image is made', () => {
  test('the icon is created at once where no panel is needed, or one exists', async () => {
    let made = 0
    const options = { log: silent, make: () => void made++, missing: () => undefined }
    watchTraySupport({ ...options, platform: 'win32' })
    expect(made).toBe(1)
    const scene = session(WAYLAND, PANEL)
    await settle()
    expect(scene).toMatchObject({ made: [0], opened: [], watch: { trouble: null } })
    expect(await scene.watch.decided).toBe(true)
    expect(scene.clock.waiting).toBe(0)
  })

  test('the icon is created when a panel appears, once, and not earlier', async () => {
    const scene = session(WAYLAND, NONE)
    await scene.clock.advance(600)
    expect(scene).toMatchObject({ made: [], watch: { trouble: 'missing' } })
    // A watcher without a registered panel: KDE's between the starts of kded and plasmashell.
    scene.said = HOSTLESS
    await scene.clock.advance(2_000)
    expect(scene.made).toEqual([])
    scene.said = PANEL
    await scene.clock.advance(HOUR)
    expect(scene).toMatchObject({ made: [3_000], opened: [], watch: { trouble: null } })
    expect(await scene.watch.decided).toBe(true)
    expect(scene.clock.waiting).toBe(0)
  })

  test('on Wayland without a panel the window opens, and a later panel is used', async () => {
    const scene = session(WAYLAND, NONE)
    await scene.clock.advance(29_900)
    expect(scene.opened).toEqual([])
    await scene.clock.advance(HOUR)
    expect(scene).toMatchObject({ made: [], opened: [30_000], watch: { trouble: 'missing' } })
    expect(await scene.watch.decided).toBe(false)
    expect(scene.asked).toBeLessThan(90)
    scene.said = PANEL
    await scene.clock.advance(60_000)
    expect(scene.made).toHaveLength(1)
    expect(scene).toMatchObject({ opened: [30_000], watch: { trouble: null } })
  })

  test('on X11 the icon is created after 30 s, with a milder notice', async () => {
    const scene = session(X11, HOSTLESS)
    await scene.clock.advance(HOUR)
    expect(scene).toMatchObject({ made: [30_000], opened: [30_000], watch: { trouble: 'unsure' } })
    expect(scene.clock.waiting).toBe(0)
  })

  test('on GNOME the icon is not created without a panel, also on X11', async () => {
    const scene = session({ ...X11, XDG_CURRENT_DESKTOP: 'ubuntu:GNOME' }, NONE)
    await scene.clock.advance(HOUR)
    expect(scene).toMatchObject({ made: [], opened: [30_000], watch: { trouble: 'missing' } })
  })

  test('the icon is created after 5 s where nothing can be queried', async () => {
    const scene = session(WAYLAND, null)
    await scene.clock.advance(HOUR)
    expect(scene).toMatchObject({ made: [5_000], opened: [], watch: { trouble: null } })
    const busless = session({ DISPLAY: ':0' }, null)
    await settle()
    expect(busless).toMatchObject({ made: [0], opened: [0], watch: { trouble: 'unsure' } })
    expect(busless.clock.waiting).toBe(0)
  })

  test("an answer requested during the system's start is used", async () => {
    for (const [first, expected] of [
      ['there', 1],
      ['missing', 0],
    ] as const) {
      let made = 0
      let asked = 0
      const watch = watchTraySupport({
        platform: 'linux',
        log: silent,
        environment: WAYLAND,
        clock: new FakeClock(0),
        first: Promise.resolve(first),
        make: () => void made++,
        missing: () => undefined,
        async run() {
          asked++
          return null
        },
      })
      await settle()
      watch.stop()
      expect([made, asked]).toEqual([expected, 0])
    }
  })

  test('the icon is never created after the end', async () => {
    const scene = session(WAYLAND, NONE)
    await scene.clock.advance(1_000)
    scene.said = PANEL
    scene.watch.stop()
    await scene.clock.advance(HOUR)
    expect(scene.made).toEqual([])
  })
})
