import type { Notification } from 'electron'
import type { Application, Log } from '../application/application.ts'

/** Where a click leads. */
export type NoticeTarget =
  | { kind: 'conversation'; connectionId: string; conversationId: number }
  /** A task in Planfix: an address for the browser. */
  | { kind: 'task'; url: string }
  /** A page of our own window, e.g. `/log`. */
  | { kind: 'page'; route: string }

export interface NotificationsOptions {
  application: Application
  /** Electron's own class. */
  Notification: typeof Notification
  open(target: NoticeTarget): void
  log: Log
  platform?: NodeJS.Platform
}

/**
 * Shows what the owner is to know at once. Begin before the application is started, so that what it tells at its start is
 * heard. The settings and the language are those of the application's configuration, also after a change.
 */
export function startNotifications(_options: NotificationsOptions): { stop(): void } {
  return { stop() {} }
}
