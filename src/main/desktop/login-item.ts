import type { App } from 'electron'
import type { Application, Log } from '../application/application.ts'

/** Passed by the system at login: no window is opened. */
export const HIDDEN = '--hidden'

/** What the system does at login, as far as it says. */
export interface LoginItem {
  /** Whether the system starts the program at login. */
  starts: boolean
  /** Why it differs from what the owner chose: ending of the key `settings.login.why.…`; null when it does not. */
  why: 'development' | 'switched-off' | 'approval' | 'refused' | null
}

export interface LoginItemOptions {
  app: Pick<App, 'isPackaged' | 'getLoginItemSettings' | 'setLoginItemSettings'>
  application: Pick<Application, 'configuration' | 'listen'>
  log: Log
  platform?: NodeJS.Platform
  environment?: NodeJS.ProcessEnv
  execPath?: string
}

/** Keeps the system's list of programs started at login as the setting `startAtLogin` says. */
export function followLoginItem(_options: LoginItemOptions): { state(): LoginItem; stop(): void } {
  return { state: () => ({ starts: false, why: null }), stop() {} }
}

/** The system started the program at login, so no window is wanted. macOS passes no arguments, but says so. */
export const startedAtLogin = (
  app: Pick<App, 'getLoginItemSettings'>,
  argv: readonly string[] = process.argv,
  platform: NodeJS.Platform = process.platform,
): boolean => argv.includes(HIDDEN) || (platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin)
