import { readFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { StandInError } from './strict.ts'

/** The folder with the application's package.json: what Electron's `app.getAppPath()` returns. */
export const appPath = process.env.STAND_IN_APP ?? findApp(resolve(process.argv[1] ?? '.'))
const packageFile = JSON.parse(readFileSync(join(appPath, 'package.json'), 'utf8')) as {
  name: string
  productName?: string
  version: string
}
export const version = packageFile.version
export const names = { app: packageFile.productName ?? packageFile.name }

const home = () => process.env.HOME ?? homedir()
const appData = () => process.env.XDG_CONFIG_HOME ?? join(home(), '.config')
const set = new Map<string, string>()

/** `app.getPath`: https://www.electronjs.org/docs/latest/api/app#appgetpathname, as it is on Linux. */
export function getPath(name: string): string {
  const known = set.get(name)
  if (known !== undefined) return known
  switch (name) {
    case 'home':
      return home()
    case 'appData':
      return appData()
    case 'userData':
    case 'sessionData':
      return set.get('userData') ?? join(appData(), names.app)
    case 'logs':
      return join(getPath('userData'), 'logs')
    case 'temp':
      return tmpdir()
    case 'exe':
      return process.execPath
    case 'crashDumps':
      return join(getPath('userData'), 'Crashpad')
    case 'downloads':
      return join(home(), 'Downloads')
    case 'documents':
      return join(home(), 'Documents')
    case 'desktop':
      return join(home(), 'Desktop')
    default:
      throw new StandInError(`app.getPath('${name}')`)
  }
}

export function setPath(name: string, path: string): void {
  getPath(name)
  if (resolve(path) !== path) throw new Error('Path must be absolute')
  set.set(name, path)
}

function findApp(from: string): string {
  for (let dir = from; ; dir = dirname(dir)) {
    try {
      readFileSync(join(dir, 'package.json'))
      return dir
    } catch {
      if (dirname(dir) === dir) throw new Error(`no package.json above ${from}`)
    }
  }
}
