import { expect, test } from 'vitest'
import { type Run, trayArea, watchTrayArea } from '../../../src/main/desktop/tray-area.ts'

const BUS = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/1000/bus' }
const silent = { info: () => undefined, warn: () => undefined }
/** Answers by program; the others are not installed. */
const saying =
  (answers: Record<string, string>): Run =>
  async (command) =>
    answers[command] ?? null

test('systems other than Linux always have a tray', async () => {
  expect(await trayArea('win32', saying({}), {})).toBe('there')
  expect(await trayArea('darwin', saying({}), {})).toBe('there')
})

test.each([
  ['gdbus', '(true,)', 'there'],
  ['gdbus', '(false,)', 'missing'],
  ['busctl', 'b true', 'there'],
  ['busctl', 'b false', 'missing'],
  ['dbus-send', 'method return time=1 sender=org.freedesktop.DBus\n   boolean false', 'missing'],
])('%s is understood: %s', async (command, said, expected) => {
  expect(await trayArea('linux', saying({ [command]: said }), BUS)).toBe(expected)
})

test('without a program to ask with nothing is claimed', async () => {
  expect(await trayArea('linux', saying({}), BUS)).toBe('unknown')
})

test('where nobody has a bus there is no tray', async () => {
  expect(await trayArea('linux', saying({ gdbus: '(true,)' }), {})).toBe('missing')
})

test('a panel that comes up late is waited for, and the window opens once when none comes', async () => {
  let now = 0
  let timers: { at: number; work: () => void }[] = []
  const clock = {
    now: () => now,
    after(ms: number, work: () => void) {
      const timer = { at: now + ms, work }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
  }
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  let asked = 0
  let opened = 0
  const run: Run = async () => {
    asked += 1
    return '(false,)'
  }
  const watch = watchTrayArea({
    platform: 'linux',
    log: silent,
    missing: () => {
      opened += 1
    },
    run,
    clock,
    environment: BUS,
  })
  await settle()
  while (timers.length > 0) {
    expect({ shown: watch.isMissing, opened }).toEqual({ shown: true, opened: 0 })
    const next = timers.shift()!
    now = next.at
    next.work()
    await settle()
  }
  expect({ asked, opened, now, missing: watch.isMissing }).toEqual({
    asked: 4,
    opened: 1,
    now: 30_000,
    missing: true,
  })
})

test('a panel that comes up takes the notice away and opens nothing', async () => {
  let work = () => {}
  const clock = {
    now: () => 0,
    after(_ms: number, later: () => void) {
      work = later
      return () => undefined
    },
  }
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  let said = '(false,)'
  let opened = 0
  const watch = watchTrayArea({
    platform: 'linux',
    log: silent,
    missing: () => {
      opened += 1
    },
    run: async () => said,
    clock,
    environment: BUS,
  })
  await settle()
  expect(watch.isMissing).toBe(true)
  said = '(true,)'
  work()
  await settle()
  expect({ missing: watch.isMissing, opened }).toEqual({ missing: false, opened: 0 })
})
