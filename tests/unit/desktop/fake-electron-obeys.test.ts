import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NODE, ROOT } from '../../../scripts/build.ts'
import { compileStandIn, standIn } from '../../desktop/fake-electron/compile.ts'

/**
 * The stand-in behaves as Electron's source does; each test names the place. Small programs, run like the
 * application.
 */
const folder = mkdtempSync(join(tmpdir(), 'stand-in-'))
beforeAll(() => {
  compileStandIn()
  writeFileSync(join(folder, 'package.json'), '{"name":"small","version":"1.0.0","type":"module"}')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let count = 0
/** A program that imports `electron`; it must end by itself. */
function run(code: string, env: NodeJS.ProcessEnv = {}) {
  const dir = join(folder, String(count++))
  mkdirSync(dir)
  const file = join(dir, 'main.js')
  const say = `const say = (...words) => process.stdout.write(words.join(' ') + '\\n')`
  writeFileSync(file, `import * as electron from 'electron'\nconst { app } = electron\n${say}\n${code}\n`)
  const { DBUS_SESSION_BUS_ADDRESS: _, XDG_RUNTIME_DIR: _run, ...rest } = process.env
  const done = spawnSync(NODE, [...standIn, file], {
    env: { ...rest, HOME: dir, STAND_IN_APP: folder, NODE_PATH: join(ROOT, 'node_modules'), ...env },
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 20_000,
  })
  return {
    code: done.status,
    signal: done.signal,
    said: done.stdout.split('\n').filter(Boolean),
    err: done.stderr,
  }
}

describe('the main process', () => {
  test('the process survives an unhandled rejection (electron_browser_main_parts.cc)', () => {
    const { said, code, err } = run(`
      Promise.reject(new Error('lost'))
      setTimeout(() => { say('alive'); app.exit(3) }, 100)`)
    expect([said, code]).toEqual([['alive'], 3])
    expect(err).toContain('lost')
  })

  test.runIf(process.platform === 'linux')(
    'the process dies of a report on Linux (script/node-disabled-tests.json)',
    () => expect(run('process.report.getReport()').signal).toBe('SIGABRT'),
  )

  test("Node's exit comes before the application's quit (lib/browser/init.ts)", () => {
    const { said, code } = run(`
      process.on('exit', () => say('exit'))
      for (const name of ['before-quit', 'will-quit', 'quit']) app.on(name, () => say(name))
      app.whenReady().then(() => app.quit())`)
    expect([said, code]).toEqual([['before-quit', 'will-quit', 'exit', 'quit'], 0])
  })

  test('process.exit quits without asking (lib/browser/init.ts)', () => {
    const { said, code } = run(`
      for (const name of ['before-quit', 'quit']) app.on(name, () => say(name))
      app.whenReady().then(() => process.exit(5))`)
    expect([said, code]).toEqual([['quit'], 5])
  })

  test('the lock is refused where the folder is not writable (electron_api_app.cc)', () => {
    const file = join(folder, 'a-file')
    writeFileSync(file, '')
    const { said } = run(`
      app.setPath('userData', ${JSON.stringify(file)})
      say(app.requestSingleInstanceLock())
      app.exit(0)`)
    expect(said).toEqual(['false'])
  })
})

describe('the display', () => {
  test.runIf(process.platform === 'linux')(
    'an icon without a panel stays invisible for ever (tray_icon_linux.cc)',
    () => {
      const { said } = run(`
        app.whenReady().then(() => {
          const tray = new electron.Tray(electron.nativeImage.createEmpty())
          say(tray.standInShown)
          setInterval(() => {
            if (tray.standInShown === 'undecided') return
            say(tray.standInShown)
            app.exit(0)
          }, 20)
        })`)
      expect(said).toEqual(['undecided', 'fallback'])
    },
  )

  test.each([
    ['timed-out', ['show', 'close timedOut']],
    ['failed', ['failed UNErrorDomain 1']],
    ['1', ['show']],
  ])('a notification behaves as in Electron: %s', (how, expected) => {
    const { said } = run(
      `app.whenReady().then(() => {
        const one = new electron.Notification({ title: 'x' })
        one.on('show', () => say('show'))
        one.on('close', ({ reason }) => say('close', reason))
        one.on('failed', (_event, error) => say('failed', error))
        one.show()
        setTimeout(() => app.exit(0), 50)
      })`,
      { STAND_IN_NOTIFICATIONS: how },
    )
    expect(said).toEqual(expected)
  })

  test('a notification that nobody keeps is collected, and a click on it is lost (electron_api_notification.cc)', () => {
    const { said } = run(`
      const { setFlagsFromString } = await import('node:v8')
      const { runInNewContext } = await import('node:vm')
      setFlagsFromString('--expose-gc')
      const gc = runInNewContext('gc')
      const kept = []
      app.whenReady().then(() => {
        const shown = (keep) => {
          const one = new electron.Notification({ title: 'x' })
          one.on('click', () => say('clicked'))
          one.show()
          if (keep) kept.push(one)
          return new WeakRef(one)
        }
        const both = [shown(true), shown(false)]
        setTimeout(() => {
          gc()
          say(...both.map((one) => one.deref() !== undefined))
          app.exit(0)
        }, 50)
      })`)
    expect(said).toEqual(['true false'])
  })

  test('a page that does not want to be left keeps the application from quitting (browser.cc)', () => {
    const { said } = run(`
      app.on('will-quit', () => say('will-quit'))
      app.whenReady().then(async () => {
        const window = new electron.BrowserWindow({ show: false })
        await window.loadURL('data:text/html,<script>onbeforeunload = (event) => event.preventDefault()</script>')
        // Only a page that somebody has used may refuse.
        await window.webContents.executeJavaScript('0', true)
        window.webContents.once('will-prevent-unload', () => {
          say('asked')
          setTimeout(() => {
            say(window.isDestroyed())
            window.webContents.on('will-prevent-unload', (event) => event.preventDefault())
            app.once('quit', () => say('quit'))
            app.quit()
          }, 100)
        })
        app.quit()
      })`)
    expect(said).toEqual(['asked', 'false', 'will-quit', 'quit'])
  })

  test('maximizing a window shows it (electron.d.ts: BrowserWindow.maximize)', () => {
    const { said } = run(`
      app.whenReady().then(() => {
        const window = new electron.BrowserWindow({ show: false })
        window.on('show', () => say('show'))
        window.maximize()
        say(window.isVisible())
        app.exit(0)
      })`)
    expect(said).toEqual(['show', 'true'])
  })
})

describe('members of single systems (electron.d.ts: @platform)', () => {
  const asked = `
    say(typeof app.dock, typeof app.setAppUserModelId, typeof app.setToastActivatorCLSID, typeof app.hide)
    const tells = (name) => {
      try { electron.powerMonitor.emit(name); return true } catch { return false }
    }
    say(['suspend', 'shutdown', 'lock-screen', 'user-did-become-active'].map(tells).join(' '))
    app.setLoginItemSettings({ openAtLogin: true })
    const { status, executableWillLaunchAtLogin } = app.getLoginItemSettings()
    say(status, executableWillLaunchAtLogin)
    app.exit(0)`
  test.each([
    ['linux', 'undefined undefined undefined undefined', 'true true false false', ' '],
    ['win32', 'undefined function function undefined', 'true false true false', ' true'],
    ['darwin', 'object undefined undefined function', 'true true true true', 'enabled '],
  ])('each system has its own functions: %s', (platform, methods, power, login) => {
    const { said } = run(asked, { STAND_IN_PLATFORM: platform })
    expect(said).toEqual([methods, power, login])
  })

  test('a list that the owner has changed in the system is read', () => {
    const off = { STAND_IN_LOGIN: 'off' }
    expect(run(asked, { ...off, STAND_IN_PLATFORM: 'win32' }).said.at(-1)).toBe(' false')
    expect(run(asked, { ...off, STAND_IN_PLATFORM: 'darwin' }).said.at(-1)).toBe('requires-approval ')
  })
})
