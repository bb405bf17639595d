import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** Where the bridge keeps its data when nobody says otherwise: the platform's folder for application data. */
export function defaultDataDir(
  environment: NodeJS.ProcessEnv,
  platform = process.platform,
  name = 'chatra-planfix-bridge',
): string {
  if (platform === 'win32') {
    return join(environment.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), name)
  }
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', name)
  // The XDG specification wants relative values ignored.
  const xdg = environment.XDG_DATA_HOME
  return join(xdg?.startsWith('/') ? xdg : join(homedir(), '.local', 'share'), name)
}

/** The data folder named by `--data-dir`, or the default one; absolute. */
export const dataDirFrom = (option: string | undefined, environment: NodeJS.ProcessEnv): string =>
  option === undefined ? defaultDataDir(environment) : resolve(option)
