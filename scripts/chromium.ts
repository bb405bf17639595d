import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/**
 * Where Chromium is, for tests and screenshots. Where it is missing it is installed, when this is Debian or Ubuntu and we
 * may; otherwise says how, and answers null.
 */
export function findChromium(): string | null {
  const found = present()
  if (found !== null) return found
  if (mayInstall()) {
    process.stdout.write('Chromium is missing: installing it\n')
    apt('update')
    apt('install', '-y', '--no-install-recommends', 'chromium')
  }
  const now = present()
  if (now === null) {
    process.stdout.write(
      'Chromium is missing. Install it (Debian, Ubuntu: apt-get install chromium), or name it with CHROMIUM_PATH.\n',
    )
  }
  return now
}

function present(): string | null {
  const named = process.env.CHROMIUM_PATH
  if (named !== undefined) return existsSync(named) ? named : null
  return PLACES.find((place) => existsSync(place)) ?? null
}

function mayInstall(): boolean {
  if (process.getuid?.() !== 0 || process.env.CHROMIUM_PATH !== undefined) return false
  try {
    return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'))
  } catch {
    return false
  }
}

const apt = (...args: string[]) =>
  spawnSync('apt-get', ['-q', ...args], {
    stdio: 'inherit',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
