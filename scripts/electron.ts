import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { NODE, ROOT } from './build.ts'

/** Path of Electron, or why it cannot run here, as a text without a final full stop. */
export type Electron = { path: string } | { why: string }

export interface Computer {
  platform: NodeJS.Platform
  environment: NodeJS.ProcessEnv
  /** Id of the user; undefined on Windows. */
  uid: number | undefined
  /** Content of a small file; null when there is none. */
  read(path: string): string | null
  /** Owner and mode; null when there is no such file. */
  stat(path: string): { uid: number; mode: number } | null
}

const PACKAGE = join(ROOT, 'node_modules/electron')
/** Some 110 MB: a quarter of an hour on a slow line of 1 Mbit/s. */
const DOWNLOAD_MS = 20 * 60_000
const REACH_MS = 5_000
/** Windows scans a program of that size before it starts for the first time. */
export const tryMs = (platform: NodeJS.Platform): number => (platform === 'win32' ? 60_000 : 15_000)

/** Finds Electron's program and tests it; downloads it if necessary, for at most twenty minutes. */
export async function findElectron(
  say: (line: string) => void,
  computer: Computer = THIS_COMPUTER,
): Promise<Electron> {
  const against = reasonAgainst(computer)
  if (against !== null) return { why: against }
  const found = programOf(computer.environment) ?? (await fetched(say, computer.environment))
  if (typeof found !== 'string') return found
  const why = sandboxTrouble(found, computer) ?? trial(found, computer)
  return why === null ? { path: found } : { why }
}

/** Why no window can be shown, with any program. */
export function reasonAgainst({ platform, environment, uid }: Computer): string | null {
  if (platform !== 'linux') return null
  if (!environment.DISPLAY && !environment.WAYLAND_DISPLAY) return 'There is no display'
  if (uid === 0) return 'Electron does not run as root'
  return null
}

/** Electron's sandbox needs user namespaces, or a helper owned by root; it is never switched off. */
export function sandboxTrouble(program: string, { platform, read, stat }: Computer): string | null {
  if (platform !== 'linux') return null
  const forbidden =
    read('/proc/sys/kernel/apparmor_restrict_unprivileged_userns')?.trim() === '1' ||
    read('/proc/sys/kernel/unprivileged_userns_clone')?.trim() === '0' ||
    read('/proc/sys/user/max_user_namespaces')?.trim() === '0'
  if (!forbidden) return null
  const helper = join(dirname(program), 'chrome-sandbox')
  const found = stat(helper)
  if (found !== null && found.uid === 0 && (found.mode & 0o4000) !== 0) return null
  return `This system keeps Electron's sandbox from starting (sudo chown root ${helper} && sudo chmod 4755 ${helper} lets it)`
}

/**
 * The named one (ELECTRON_EXEC_PATH), else that of the package when it was downloaded; null when it was not.
 */
export function programOf(environment: NodeJS.ProcessEnv): string | { why: string } | null {
  const named = environment.ELECTRON_EXEC_PATH
  if (named)
    return existsSync(named) ? named : { why: `There is no Electron at ${named} (ELECTRON_EXEC_PATH)` }
  const name = THIS_COMPUTER.read(join(PACKAGE, 'path.txt'))
  if (name === null) return null
  const program = join(environment.ELECTRON_OVERRIDE_DIST_PATH ?? join(PACKAGE, 'dist'), name)
  return existsSync(program) ? program : null
}

/** The package's own installer, once a server has answered: its first attempt would wait for long. */
async function fetched(
  say: (line: string) => void,
  environment: NodeJS.ProcessEnv,
): Promise<string | { why: string }> {
  const installer = join(PACKAGE, 'install.js')
  if (!existsSync(installer)) return { why: 'Electron is not installed' }
  if (!(await isReached(environment))) return { why: 'Electron cannot be downloaded from here' }
  say('Downloading Electron, some 110 MB; this happens once. Ctrl+C ends it.')
  // Shows its progress, and why it fails (a proxy, a certificate, a checksum).
  const run = spawnSync(NODE, [installer], {
    stdio: ['ignore', 2, 2],
    timeout: DOWNLOAD_MS,
    env: environment,
  })
  const program = run.status === 0 ? programOf(environment) : null
  if (program !== null) return program
  const isLate = run.error !== undefined && 'code' in run.error && run.error.code === 'ETIMEDOUT'
  return {
    why: `Electron could not be downloaded (${isLate ? 'it took too long' : 'the lines above say why'})`,
  }
}

async function isReached(environment: NodeJS.ProcessEnv): Promise<boolean> {
  // The installer handles a proxy by itself.
  if (environment.ELECTRON_GET_USE_PROXY) return true
  const from = environment.ELECTRON_MIRROR || environment.npm_config_electron_mirror || 'https://github.com/'
  try {
    await fetch(from, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(REACH_MS) })
    return true
  } catch {
    return false
  }
}

/** When a library of the system is missing, the program exits before it starts. */
function trial(program: string, { platform, environment }: Computer): string | null {
  const run = spawnSync(program, ['-p', 'process.versions.electron'], {
    env: { ...environment, ELECTRON_RUN_AS_NODE: '1' },
    encoding: 'utf8',
    timeout: tryMs(platform),
  })
  if (run.status === 0 && /^\d+\./.test(run.stdout)) return null
  const said = (run.stderr ?? '').trim().split('\n').at(-1)
  const detail = said || run.error?.message || `exit code ${run.status ?? run.signal}`
  return `Electron does not start (${detail})`
}

const THIS_COMPUTER: Computer = {
  platform: process.platform,
  environment: process.env,
  uid: process.getuid?.(),
  read(path) {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      return null
    }
  },
  stat: (path) => statSync(path, { throwIfNoEntry: false }) ?? null,
}
