import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/**
 * Installs packages of Debian or Ubuntu, if this is one of them and we have the rights; otherwise does
 * nothing.
 */
export function installSystemPart(name: string, ...packages: string[]): void {
  if (!mayInstall()) return
  process.stdout.write(`${name} is missing: installing it\n`)
  apt('update')
  apt('install', '-y', '--no-install-recommends', ...packages)
}

const SSHD = '/usr/sbin/sshd'

/**
 * Path of OpenSSH's server, for the tests of tunnels; installed like Chromium. If it is missing, prints how
 * to install it and returns null.
 */
export function findSshd(): string | null {
  if (!existsSync(SSHD)) installSystemPart('The OpenSSH server', 'openssh-server')
  if (existsSync(SSHD)) return SSHD
  process.stdout.write(
    'The OpenSSH server is missing: the tests that need it are skipped. Install it (Debian, Ubuntu: apt-get install openssh-server).\n',
  )
  return null
}

const KEYRING = [
  '/usr/bin/gnome-keyring-daemon',
  '/usr/bin/dbus-daemon',
  '/usr/bin/dbus-send',
  '/usr/lib/x86_64-linux-gnu/libsecret-1.so.0',
  '/usr/lib/aarch64-linux-gnu/libsecret-1.so.0',
]
const isOfAnotherSystem = (path: string) =>
  path.includes('-linux-gnu/') && !path.includes(process.arch === 'arm64' ? 'aarch64' : 'x86_64')

/**
 * The dependencies of the keychain tests; installed like Chromium. If one is missing, prints how to install
 * it and returns false.
 */
export function hasKeyring(): boolean {
  const isThere = () => KEYRING.every((path) => isOfAnotherSystem(path) || existsSync(path))
  if (!isThere()) installSystemPart('The keyring', 'gnome-keyring', 'dbus-x11', 'libsecret-1-0')
  if (isThere()) return true
  process.stdout.write(
    'The keyring is missing: the tests that need it are skipped. Install it (Debian, Ubuntu: apt-get install gnome-keyring dbus-x11 libsecret-1-0).\n',
  )
  return false
}

const POSTGRES = ['18', '17', '16', '15'].map((version) => `/usr/lib/postgresql/${version}/bin`)

/**
 * The folder of PostgreSQL's programs, for the tests of the store on it; installed like Chromium. If it is missing,
 * prints how to install it and returns null; says and installs nothing with `mayInstall: false`.
 */
export function findPostgres({ mayInstall = true } = {}): string | null {
  const found = () => POSTGRES.find((folder) => existsSync(`${folder}/initdb`)) ?? null
  if (!mayInstall) return found()
  if (found() === null) installSystemPart('PostgreSQL', 'postgresql')
  if (found() === null)
    process.stdout.write(
      'PostgreSQL is missing: the tests that need it are skipped. Install it (Debian, Ubuntu: apt-get install postgresql).\n',
    )
  return found()
}

function mayInstall(): boolean {
  if (process.getuid?.() !== 0) return false
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
