import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** Installs a package of Debian or Ubuntu, when this is one of them and we may; otherwise nothing. */
export function installSystemPart(name: string, packageName: string): void {
  if (!mayInstall()) return
  process.stdout.write(`${name} is missing: installing it\n`)
  apt('update')
  apt('install', '-y', '--no-install-recommends', packageName)
}

const SSHD = '/usr/sbin/sshd'

/** Where OpenSSH's server is, for the tests of tunnels; installed like Chromium. Null, and says how, where it is missing. */
export function findSshd(): string | null {
  if (!existsSync(SSHD)) installSystemPart('The OpenSSH server', 'openssh-server')
  if (existsSync(SSHD)) return SSHD
  process.stdout.write(
    'The OpenSSH server is missing: the tests that need it are skipped. Install it (Debian, Ubuntu: apt-get install openssh-server).\n',
  )
  return null
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
