import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { execLine } from '../../../../src/main/desktop/lifecycle/autostart-entry.ts'
import {
  followLoginItem,
  type LoginItemOptions,
  startedAtLogin,
} from '../../../../src/main/desktop/lifecycle/login-item.ts'
import type { Listener } from '../../../../src/main/engine/ports.ts'
import { configuration } from '../../../../src/shared/config.ts'

interface Asked {
  openAtLogin?: boolean
  args?: string[]
}

/** A system with a list of programs, which may contain this one. */
function computer(options: {
  platform: NodeJS.Platform
  wanted?: boolean
  isPackaged?: boolean
  listed?: boolean
  heeded?: boolean
  status?: 'enabled' | 'requires-approval'
  environment?: NodeJS.ProcessEnv
  execPath?: string
}) {
  const asked: Asked[] = []
  let listed = options.listed ?? false
  let heeded = options.heeded ?? true
  let settings = configuration.parse({ startAtLogin: options.wanted ?? true })
  let listener: Listener = {}
  const app = {
    isPackaged: options.isPackaged ?? true,
    getLoginItemSettings: () => ({
      openAtLogin: listed,
      executableWillLaunchAtLogin: listed && heeded,
      status: options.status ?? (listed ? 'enabled' : 'not-registered'),
      wasOpenedAtLogin: false,
    }),
    setLoginItemSettings(wanted: Asked) {
      asked.push(wanted)
      listed = wanted.openAtLogin ?? false
      heeded = true
    },
  } as unknown as LoginItemOptions['app']
  const log = { info() {}, warn() {}, error() {} }
  const item = followLoginItem({
    app,
    log,
    platform: options.platform,
    environment: options.environment ?? {},
    execPath: options.execPath ?? '/opt/bridge/bridge',
    application: {
      get configuration() {
        return settings
      },
      subscribe(given) {
        listener = given
        return () => {}
      },
    },
  })
  return {
    asked,
    item,
    choose(startAtLogin: boolean) {
      settings = { ...settings, startAtLogin }
      listener.configurationChanged?.(settings)
    },
    change() {
      listener.configurationChanged?.(settings)
    },
  }
}

describe('start at login on Windows and macOS', () => {
  test('the entry is registered hidden, and removed when it is not wanted any more', () => {
    const { asked, item, choose } = computer({ platform: 'win32' })
    expect(asked).toEqual([{ openAtLogin: true, args: ['--hidden'] }])
    expect(item.state()).toEqual({ starts: true, why: null })
    choose(false)
    expect(asked.at(-1)).toMatchObject({ openAtLogin: false })
    expect(item.state()).toEqual({ starts: false, why: null })
  })

  test('the entry is not registered again at each start or change', () => {
    const { asked, change } = computer({ platform: 'win32', listed: true })
    change()
    expect(asked).toEqual([])
  })

  test('an entry switched off in the system stays off until it is chosen again here', () => {
    const { asked, item, choose, change } = computer({ platform: 'win32', listed: true, heeded: false })
    change()
    expect(asked).toEqual([])
    expect(item.state()).toEqual({ starts: false, why: 'switched-off' })
    choose(false)
    choose(true)
    expect(item.state()).toEqual({ starts: true, why: null })
  })

  test('an entry that waits for an approval is reported', () => {
    const { item } = computer({ platform: 'darwin', status: 'requires-approval' })
    expect(item.state()).toEqual({ starts: false, why: 'approval' })
  })

  test('in development nothing is registered, and the reason is given', () => {
    const { asked, item } = computer({ platform: 'win32', isPackaged: false })
    expect(asked).toEqual([])
    expect(item.state()).toEqual({ starts: false, why: 'development' })
  })

  test('in a smoke test of a packaged program nothing is registered', () => {
    const { asked, item } = computer({ platform: 'win32', environment: { BRIDGE_SMOKE: '1' } })
    expect(asked).toEqual([])
    expect(item.state()).toEqual({ starts: false, why: 'development' })
  })

  test('macOS passes no arguments, but reports that it opened the program', () => {
    const opened = (wasOpenedAtLogin: boolean) =>
      ({ getLoginItemSettings: () => ({ wasOpenedAtLogin }) }) as unknown as LoginItemOptions['app']
    expect(startedAtLogin(opened(true), ['bridge'], 'darwin')).toBe(true)
    expect(startedAtLogin(opened(false), ['bridge'], 'darwin')).toBe(false)
    expect(startedAtLogin(opened(false), ['bridge', '--hidden'], 'linux')).toBe(true)
  })
})

describe('start at login on Linux', () => {
  let home: string
  let entry: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'home-'))
    entry = join(home, '.config/autostart/chatra-planfix-bridge.desktop')
  })
  afterEach(() => rmSync(home, { recursive: true, force: true }))
  const linux = (environment: NodeJS.ProcessEnv = {}, execPath?: string) =>
    computer({
      platform: 'linux',
      environment: { HOME: home, ...environment },
      ...(execPath && { execPath }),
    })
  const execOf = () => /^Exec=(.*)$/m.exec(readFileSync(entry, 'utf8'))?.[1]

  test('the entry is a file that starts the program hidden, and none when not wanted', () => {
    const { item, choose } = linux()
    expect(execOf()).toBe('"/opt/bridge/bridge" "--hidden"')
    expect(item.state()).toEqual({ starts: true, why: null })
    choose(false)
    expect(existsSync(entry)).toBe(false)
  })

  test('the entry is ignored once the program is gone, and an old one gets that rule too', () => {
    mkdirSync(dirname(entry), { recursive: true })
    writeFileSync(entry, '[Desktop Entry]\nType=Application\nExec="/opt/bridge/bridge" "--hidden"\n')
    linux()
    expect(readFileSync(entry, 'utf8')).toContain('\nTryExec=/opt/bridge/bridge\n')
  })

  test('the entry starts the AppImage itself, also after it was moved', () => {
    const linuxImage = (file: string) =>
      linux({ APPIMAGE: file, APPDIR: '/tmp/.mount_1' }, '/tmp/.mount_1/bridge')
    linuxImage('/home/a/Old.AppImage')
    expect(execOf()).toBe('"/home/a/Old.AppImage" "--hidden"')
    linuxImage('/home/a/New place/Bridge.AppImage')
    expect(execOf()).toBe('"/home/a/New place/Bridge.AppImage" "--hidden"')
  })

  test('the AppImage of a parent program is not used', () => {
    const other = { APPIMAGE: '/home/a/Editor.AppImage', APPDIR: '/tmp/.mount_Editor' }
    for (const environment of [other, { APPIMAGE: other.APPIMAGE }]) {
      linux(environment)
      expect(execOf()).toBe('"/opt/bridge/bridge" "--hidden"')
    }
    // A folder whose name begins in the same way.
    linux({ ...other, APPDIR: '/opt/brid' })
    expect(execOf()).toBe('"/opt/bridge/bridge" "--hidden"')
  })

  test('the entry follows an update that renames the AppImage, unless it is switched off', () => {
    const { item, choose } = linux()
    item.moved('/home/a/Bridge-2.0.0.AppImage')
    expect(execOf()).toBe('"/home/a/Bridge-2.0.0.AppImage" "--hidden"')
    expect(item.state()).toEqual({ starts: true, why: null })
    choose(false)
    item.moved('/home/a/Bridge-3.0.0.AppImage')
    expect(existsSync(entry)).toBe(false)
  })

  test("the system's folder is used, and a relative one is not", () => {
    linux({ XDG_CONFIG_HOME: join(home, 'xdg') })
    expect(existsSync(join(home, 'xdg/autostart/chatra-planfix-bridge.desktop'))).toBe(true)
    linux({ XDG_CONFIG_HOME: 'relative' })
    expect(existsSync(entry)).toBe(true)
  })

  test.each(['Hidden=true', 'X-GNOME-Autostart-enabled=false'])(
    'an entry with %s is left as it is',
    (off) => {
      mkdirSync(dirname(entry), { recursive: true })
      const starts = 'TryExec=/opt/bridge/bridge\nExec="/opt/bridge/bridge" "--hidden"'
      const text = `[Desktop Entry]\nType=Application\nName=x\n${starts}\n${off}\n`
      writeFileSync(entry, text)
      const { item, choose } = linux()
      expect(readFileSync(entry, 'utf8')).toBe(text)
      expect(item.state()).toEqual({ starts: false, why: 'switched-off' })
      choose(false)
      choose(true)
      expect(item.state()).toEqual({ starts: true, why: null })
    },
  )

  test('a folder that cannot be created is reported, not thrown', () => {
    writeFileSync(join(home, '.config'), '')
    const { item } = linux()
    expect(item.state()).toEqual({ starts: false, why: 'refused' })
  })

  test('paths with spaces, quotes, $, %, ` and backslashes follow the specification', () => {
    expect(execLine(['/a b/it\'s "100%" $HOME `x` \\n'])).toBe(
      '"/a b/it\'s \\\\"100%%\\\\" \\\\$HOME \\\\`x\\\\` \\\\\\\\n"',
    )
  })
})
