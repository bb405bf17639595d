import type { App } from 'electron'
import type { LoginItem } from '../../../shared/api/desktop.ts'
import type { Application, Log } from '../../runtime/application.ts'
import { appImageOf } from './app-image.ts'
import { autostartEntry } from './autostart-entry.ts'
import type { LoginList } from './login-list.ts'
import { isSmokeTest } from './smoke.ts'

/** Passed by the system at login: no window is opened. */
export const HIDDEN = '--hidden'

export interface LoginItemOptions {
  app: Pick<App, 'isPackaged' | 'getLoginItemSettings' | 'setLoginItemSettings'>
  application: Pick<Application, 'configuration' | 'subscribe'>
  log: Log
  platform?: NodeJS.Platform
  environment?: NodeJS.ProcessEnv
  execPath?: string
}

/**
 * Keeps the system's list in line with the setting `startAtLogin`. An entry that the owner switched off in
 * the system stays off until the owner switches it on here. Nothing is written for a program that is not
 * installed: the entry would lead nowhere.
 */
export function followLoginItem(options: LoginItemOptions): {
  state(): LoginItem
  /** The AppImage has a new path: an update renamed the file. */
  moved(appImage: string): void
  stop(): void
} {
  const { app, application, log } = options
  let list = listOf(options)
  // A smoke test starts a program that is packaged but not installed.
  const isInstalled = app.isPackaged && !isSmokeTest(options.environment)
  let refused = false
  let wanted = application.configuration.startAtLogin

  function follow(again: boolean): void {
    if (!isInstalled) return
    try {
      const now = list.read()
      if (wanted && (now === 'absent' || (again && now === 'off'))) list.write(true, again)
      else if (!wanted && now !== 'absent') list.write(false, false)
      refused = false
    } catch (error) {
      refused = true
      log.warn({ detail: String(error) }, 'start at login could not be changed')
    }
  }

  function state(): LoginItem {
    if (!isInstalled) return { starts: false, why: wanted ? 'development' : null }
    try {
      const now = list.read()
      if (now === 'on') return { starts: true, why: wanted ? null : 'refused' }
      if (!wanted) return { starts: false, why: null }
      return { starts: false, why: WHY[now] }
    } catch {
      return { starts: false, why: wanted ? 'refused' : null }
    }
  }

  follow(false)
  if (wanted && !isInstalled)
    log.info({}, 'start at login: only for an installed program, not in development')
  const stop = application.subscribe({
    configurationChanged({ startAtLogin }) {
      if (startAtLogin === wanted && !refused) return
      wanted = startAtLogin
      follow(true)
    },
  })
  return {
    state,
    moved(appImage) {
      if (list.read() !== 'on') return
      list = entryOf(appImage, options.environment)
      follow(false)
    },
    stop,
  }
}

const WHY = { absent: 'refused', off: 'switched-off', approval: 'approval' } as const

/**
 * The system started the program at login, so no window is needed. macOS passes no arguments, but reports it.
 */
export const startedAtLogin = (
  app: Pick<App, 'getLoginItemSettings'>,
  argv: readonly string[] = process.argv,
  platform: NodeJS.Platform = process.platform,
): boolean => argv.includes(HIDDEN) || (platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin)

function listOf({ app, platform = process.platform, ...rest }: LoginItemOptions): LoginList {
  const { environment = process.env, execPath = process.execPath } = rest
  if (platform === 'linux') {
    // For an AppImage the file itself is started: its unpacked content is deleted after a while.
    return entryOf(appImageOf(environment, execPath) ?? execPath, environment)
  }
  return platform === 'darwin' ? macList(app) : windowsList(app)
}

const entryOf = (program: string, environment: NodeJS.ProcessEnv = process.env): LoginList =>
  autostartEntry({ program, args: [HIDDEN], environment })

/**
 * The entry has these arguments; whether Windows uses it is stored elsewhere (task manager, "startup apps").
 */
function windowsList(app: LoginItemOptions['app']): LoginList {
  const args = [HIDDEN]
  return {
    read() {
      const { openAtLogin, executableWillLaunchAtLogin } = app.getLoginItemSettings({ args })
      if (!openAtLogin) return 'absent'
      return executableWillLaunchAtLogin ? 'on' : 'off'
    },
    write: (openAtLogin) => app.setLoginItemSettings({ openAtLogin, args }),
  }
}

function macList(app: LoginItemOptions['app']): LoginList {
  return {
    read() {
      const { openAtLogin, status } = app.getLoginItemSettings()
      if (status === 'requires-approval') return 'approval'
      return openAtLogin ? 'on' : 'absent'
    },
    write: (openAtLogin) => app.setLoginItemSettings({ openAtLogin }),
  }
}
