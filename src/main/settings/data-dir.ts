import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** The default data folder: the platform's folder for application data. */
export function defaultDataDir(
  environment: NodeJS.ProcessEnv,
  platform = process.platform,
  name = 'chatra-planfix-bridge',
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
