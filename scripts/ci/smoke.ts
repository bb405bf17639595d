import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Keyring } from '../../tests/support/keyring.ts'
import { TrayPanel } from '../../tests/support/tray-panel.ts'
import { ROOT } from '../build.ts'
import { smoke, smokeProblems } from '../smoke.ts'
import { type Form, formsIn } from './packaged-forms.ts'

/**
 * `node scripts/ci/smoke.ts [DIST]`: starts each form of the packaged application for this system, as a user
 * gets it: installed, and unpacked. On Linux with a keyring, and a panel that appears after the program. Exit
 * code 0 when each of them showed its tray and a heading, stored in the keychain, and exited with 0.
 */
const PANEL_AFTER_MS = 3_000
const APP = 'Chatra-Planfix Bridge'

const dist = resolve(ROOT, process.argv[2] ?? 'dist')
const forms = formsIn(process.platform, existsSync(dist) ? readdirSync(dist) : [])
let failed = 0
for (const { form, file } of forms) {
  process.stdout.write(`\n== ${form}: ${file ?? 'missing'}\n`)
  const problems = file === null ? ['it was not packaged'] : await problemsOf(form, join(dist, file))
  for (const problem of problems) process.stderr.write(`${form}: ${problem}\n`)
  failed += problems.length
}
process.stdout.write(failed === 0 ? '\nEach form starts and ends as it should.\n' : '')
process.exitCode = failed === 0 ? 0 : 1

async function problemsOf(form: Form, path: string): Promise<string[]> {
  const program = installed(form, path)
  if (program === null) return ['its program is not where it is to be installed']
  const keyring = process.platform === 'linux' ? await Keyring.start() : null
  const { DISPLAY, WAYLAND_DISPLAY, XAUTHORITY } = process.env
  let panel: TrayPanel | null = null
  const later = setTimeout(() => {
    const address = keyring?.env.DBUS_SESSION_BUS_ADDRESS
    if (address !== undefined) void TrayPanel.start(address).then((started) => (panel = started))
  }, PANEL_AFTER_MS)
  try {
    const env = keyring === null ? {} : { ...keyring.env, DISPLAY, WAYLAND_DISPLAY, XAUTHORITY }
    const result = await smoke(program, [], env)
    process.stdout.write(`${result.said}\n`)
    const registered = (panel as TrayPanel | null)?.items.length ?? 0
    return [
      ...smokeProblems(result, process.platform, { isWholeDesktop: true }),
      ...(keyring !== null && registered === 0 ? ['its tray icon did not register with the panel'] : []),
    ]
  } finally {
    clearTimeout(later)
    ;(panel as TrayPanel | null)?.stop()
    await keyring?.stop()
  }
}

/** Installs it, and returns its program; null when it is not there afterwards. */
function installed(form: Form, path: string): string | null {
  switch (form) {
    case 'AppImage':
      run('chmod', ['+x', path])
      return path
    case 'deb':
      run('sudo', ['apt-get', 'install', '--yes', path])
      return there('/usr/bin/chatra-planfix-bridge')
    case 'exe': {
      run(path, ['/S'])
      const programs = join(process.env.LOCALAPPDATA ?? '', 'Programs')
      const places = readdirSync(programs).map((name) => join(programs, name, `${APP}.exe`))
      return places.find((place) => existsSync(place)) ?? null
    }
    case 'dmg': {
      const volume = mkdtempSync(join(tmpdir(), 'bridge-volume-'))
      const applications = mkdtempSync(join(tmpdir(), 'bridge-applications-'))
      run('hdiutil', ['attach', path, '-nobrowse', '-readonly', '-mountpoint', volume])
      cpSync(join(volume, `${APP}.app`), join(applications, `${APP}.app`), {
        recursive: true,
        verbatimSymlinks: true,
      })
      run('hdiutil', ['detach', volume])
      return there(join(applications, `${APP}.app/Contents/MacOS/${APP}`))
    }
    case 'folder': {
      const name = { win32: `${APP}.exe`, darwin: `${APP}.app/Contents/MacOS/${APP}` }[
        process.platform as string
      ]
      return there(join(path, name ?? 'chatra-planfix-bridge'))
    }
  }
}

function there(path: string): string | null {
  return existsSync(path) ? path : null
}

function run(command: string, args: string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' })
  if (status !== 0) throw new Error(`${command} ended with ${status ?? error?.message}`)
}
