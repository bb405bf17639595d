import { type SpawnOptions, spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
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
const REACH_MS = 5_000
/** A start that takes longer is explained. */
const SLOW_MS = 3_000
/** Windows scans a program of that size before it starts for the first time. */
export const tryMs = (platform: NodeJS.Platform): number => (platform === 'win32' ? 60_000 : 15_000)

/** Finds Electron's program and tests it; downloads it if necessary, with its progress. */
export async function findElectron(
  say: (line: string) => void,
  computer: Computer = THIS_COMPUTER,
): Promise<Electron> {
  const against = reasonAgainst(computer)
  if (against !== null) return { why: against }
  const found = programOf(computer.environment) ?? (await fetched(say, computer.environment))
  if (typeof found !== 'string') return found
  const why = sandboxTrouble(found, computer) ?? (await trial(found, computer, say))
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
  // It says why it fails (a proxy, a certificate, a checksum), and unpacks when it has downloaded.
  const progress = pathToFileURL(join(import.meta.dirname, 'show-download.ts')).href
  const { code } = await runs(NODE, ['--import', progress, installer], {
    stdio: ['ignore', 2, 2],
    env: { ...environment, ELECTRON_GET_NO_PROGRESS: '1' },
  })
  const program = code === 0 ? programOf(environment) : null
  return program ?? { why: 'Electron could not be downloaded (the lines above say why)' }
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
async function trial(
  program: string,
  { platform, environment }: Computer,
  say: (line: string) => void,
): Promise<string | null> {
  const patience = setTimeout(() => say(slowStart(platform)), SLOW_MS)
  const run = await runs(program, ['-p', 'process.versions.electron'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...environment, ELECTRON_RUN_AS_NODE: '1' },
    timeout: tryMs(platform),
  })
  clearTimeout(patience)
  if (run.code === 0 && /^\d+\./.test(run.stdout)) return null
  const said = run.stderr.trim().split('\n').at(-1)
  const detail = said || run.error?.message || `exit code ${run.code ?? run.signal}`
  return `Electron does not start (${detail})`
}

/** What the owner reads while nothing happens. */
export function slowStart(platform: NodeJS.Platform): string {
  const seconds = tryMs(platform) / 1000
  return platform === 'win32'
    ? `Electron is starting for the first time: Windows Defender checks its files, which may take up to ${seconds} seconds.`
    : `Electron is slow to start; waiting for up to ${seconds} seconds.`
}

interface Run {
  code: number | null
  signal: NodeJS.Signals | null
  error: Error | null
  stdout: string
  stderr: string
}

/** Resolves when the program has ended, or could not be started. */
function runs(command: string, parameters: readonly string[], options: SpawnOptions): Promise<Run> {
  const { promise, resolve } = Promise.withResolvers<Run>()
  const said = { stdout: '', stderr: '' }
  let error: Error | null = null
  const child = spawn(command, parameters, options)
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      said[name] += text
    })
  child.once('error', (failure) => {
    error = failure
  })
  child.once('close', (code, signal) => resolve({ code, signal, error, ...said }))
  return promise
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
