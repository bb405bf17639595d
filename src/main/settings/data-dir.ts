import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

const NAME = 'chatra-planfix-bridge'

/** The default data folder: the platform's folder for application data. */
export function defaultDataDir(
  environment: NodeJS.ProcessEnv,
  platform = process.platform,
  name = NAME,
): string {
  if (platform === 'win32') {
    return join(environment.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), name)
  }
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', name)
  // The XDG specification requires relative values to be ignored.
  const xdg = environment.XDG_DATA_HOME
  return join(xdg?.startsWith('/') ? xdg : join(homedir(), '.local', 'share'), name)
}

/** The data folder named by `--data-dir`, or the default one; absolute. */
export const dataDirFrom = (option: string | undefined, environment: NodeJS.ProcessEnv): string =>
  option === undefined ? defaultDataDir(environment) : resolve(option)

/** Where the desktop keeps what is no data: nobody backs it up, and the system may clear the caches. */
export interface SideFolders {
  /** What Chromium keeps. */
  window: string
  /** Compiled code. */
  compiled: string
  logs: string
}

/**
 * The platform's folders for caches and logs. In the data folder itself: with a folder of the owner's choice
 * (`chosen`), on Windows, and where an earlier version has put them.
 */
export function sideFolders(
  dataDir: string,
  chosen: boolean,
  environment: NodeJS.ProcessEnv,
  platform = process.platform,
): SideFolders {
  const { cache, logs } = chosen || platform === 'win32' ? inside(dataDir) : placesOf(environment, platform)
  const place = (name: string, elsewhere: string): string => {
    const former = join(dataDir, name)
    return existsSync(former) ? former : elsewhere
  }
  return {
    window: place('window', join(cache, 'window')),
    compiled: place('compiled', join(cache, 'compiled')),
    logs: place('logs', logs),
  }
}

const inside = (dataDir: string) => ({ cache: dataDir, logs: join(dataDir, 'logs') })

function placesOf(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform) {
  if (platform === 'darwin') {
    const library = join(homedir(), 'Library')
    return { cache: join(library, 'Caches', NAME), logs: join(library, 'Logs', NAME) }
  }
  const xdg = (variable: string, usual: string): string => {
    const value = environment[variable]
    return value?.startsWith('/') ? value : join(homedir(), usual)
  }
  return {
    cache: join(xdg('XDG_CACHE_HOME', '.cache'), NAME),
    logs: join(xdg('XDG_STATE_HOME', '.local/state'), NAME, 'logs'),
  }
}
