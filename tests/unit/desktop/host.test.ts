import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  type Computer,
  findElectron,
  reasonAgainst,
  sandboxTrouble,
  slowStart,
  tryMs,
} from '../../../scripts/electron.ts'
import { nextArguments, restartsIn } from '../../../src/main/desktop/lifecycle/crash-restarts.ts'
import { startupErrorText } from '../../../src/main/desktop/lifecycle/startup-error-text.ts'
import { externalLink } from '../../../src/main/desktop/window/external-links.ts'
import {
  initialBounds,
  readWindowState,
  SMALLEST,
  writeWindowState,
} from '../../../src/main/desktop/window/window-state.ts'
import { freePort } from '../../../src/main/process/free-port.ts'
import { storeInUse } from '../../../src/main/store/errors.ts'
import { isTextKey } from '../../../src/shared/i18n/index.ts'

describe('a link goes to the browser', () => {
  test.each(['https://shop.planfix.com/task/5?a=1#b', 'http://127.0.0.1:5000/'])(
    'a web link opens in the browser: %s',
    (url) => expect(externalLink(url)).toBe(url),
  )
  test.each([
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/html,x',
    'smb://server/share',
    'ms-msdt:/id',
    'bridge://app/',
    'mailto:a@b.example',
    'https://bank.example@evil.example/',
    'https://:secret@evil.example/',
    '/relative',
    '',
  ])('any other link does not open: %s', (url) => expect(externalLink(url)).toBeNull())
})

describe('a program that ended by a fault', () => {
  test('a crashed program is restarted at most three times in ten minutes', () => {
    let args: string[] | null = ['.', '--hidden']
    for (let turn = 0; turn < 3; turn++) args = nextArguments(args!, 1000 + turn)
    expect(args).toEqual(['.', '--hidden', '--restarted=1000,1001,1002'])
    expect(nextArguments(args!, 1003)).toBeNull()
  })
  test('a crashed program is restarted again when the last crash is long past', () => {
    const args = ['--restarted=1000,1001,1002']
    expect(nextArguments(args, 1002 + 600_000)).toEqual(['--restarted=601002'])
  })
  test('invalid arguments do not count as crashes', () => {
    expect(restartsIn(['--restarted=x,-1,,7'])).toEqual([7])
    expect(restartsIn([])).toEqual([])
  })
})

describe('the window opens', () => {
  const screen = { x: 0, y: 0, width: 1920, height: 1040 }
  const kept = { x: 100, y: 50, width: 1000, height: 700, maximized: false }
  test('the window opens at its last position', () => {
    expect(initialBounds(kept, [screen])).toEqual({ x: 100, y: 50, width: 1000, height: 700 })
  })
  test('the window opens on an existing screen when its own is gone', () => {
    expect(initialBounds({ ...kept, x: 2500 }, [screen])).toEqual({ width: 1000, height: 700 })
    expect(initialBounds({ ...kept, y: -500 }, [screen])).toEqual({ width: 1000, height: 700 })
  })
  test('the window is never smaller than the minimum', () => {
    expect(initialBounds({ ...kept, width: 10, height: 10 }, [screen])).toMatchObject(SMALLEST)
  })
  test('the window opens somewhere when the stored position is invalid', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bounds-'))
    const file = join(folder, 'window.json')
    expect(readWindowState(file)).toBeNull()
    writeFileSync(file, '{"x":"left"')
    expect(readWindowState(file)).toBeNull()
    writeWindowState(file, kept)
    expect(readWindowState(file)).toEqual(kept)
    writeWindowState(join(folder, 'not/there.json'), kept)
    rmSync(folder, { recursive: true })
  })
})

test('the receiver uses its own port while it is free, and any other otherwise', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', () => resolve()))
  const { port } = taken.address() as { port: number }
  expect(await freePort('127.0.0.1', port)).toBe(0)
  await new Promise((resolve) => taken.close(resolve))
  expect(await freePort('127.0.0.1', port)).toBe(port)
})

test('a known start failure is explained in words, and a bug is shown as it is', () => {
  const disk = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' })
  for (const error of [storeInUse('/data'), disk]) {
    const words = startupErrorText(error, '/data')
    expect(isTextKey(words!.key)).toBe(true)
    expect(words!.params.path).toBe('/data')
  }
  expect(startupErrorText(new TypeError('x is not a function'), '/data')).toBeNull()
})

describe('npm start', () => {
  const computer = (changes: Partial<Computer> = {}): Computer => ({
    platform: 'linux',
    environment: { DISPLAY: ':0' },
    uid: 1000,
    read: () => null,
    stat: () => null,
    ...changes,
  })
  test('npm start knows where no window can be shown', () => {
    expect(reasonAgainst(computer())).toBeNull()
    expect(reasonAgainst(computer({ environment: {} }))).toBe('There is no display')
    expect(reasonAgainst(computer({ environment: { WAYLAND_DISPLAY: 'wayland-0' } }))).toBeNull()
    expect(reasonAgainst(computer({ uid: 0 }))).toMatch(/root/)
    expect(reasonAgainst(computer({ platform: 'win32', environment: {}, uid: undefined }))).toBeNull()
  })
  test('npm start never runs without the sandbox and says what enables it', () => {
    const strict = (path: string) => (path.includes('apparmor') ? '1\n' : null)
    expect(sandboxTrouble('/e/electron', computer({ read: strict }))).toContain('/e/chrome-sandbox')
    const helper = () => ({ uid: 0, mode: 0o104755 })
    expect(sandboxTrouble('/e/electron', computer({ read: strict, stat: helper }))).toBeNull()
    expect(sandboxTrouble('/e/electron', computer())).toBeNull()
  })
  test('npm start gives Windows the time to scan a new program', () => {
    expect(tryMs('win32')).toBeGreaterThanOrEqual(60_000)
    expect(tryMs('linux')).toBeLessThan(30_000)
  })
  test('npm start says what it waits for', () => {
    expect(slowStart('win32')).toBe(
      'Electron is starting for the first time: Windows Defender checks its files, which may take up to 60 seconds.',
    )
    expect(slowStart('linux')).toBe('Electron is slow to start; waiting for up to 15 seconds.')
  })
  test('npm start uses the named Electron, and reports a wrong one', async () => {
    const named = (path: string) => computer({ environment: { DISPLAY: ':0', ELECTRON_EXEC_PATH: path } })
    const silent = () => undefined
    expect(await findElectron(silent, named('/not/there'))).toMatchObject({
      why: expect.stringContaining('/not/there'),
    })
    expect(await findElectron(silent, named(process.execPath))).toMatchObject({
      why: expect.stringContaining('does not start'),
    })
  })
})
