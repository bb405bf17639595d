import { EventEmitter } from 'node:events'
import { mustBeReady, preventable } from './app.ts'
import { checkKeys, strict } from './strict.ts'

const KNOWN = [
  ...['title', 'subtitle', 'body', 'silent', 'icon', 'hasReply', 'timeoutType', 'replyPlaceholder', 'sound'],
  ...['urgency', 'actions', 'closeButtonText', 'toastXml', 'id', 'groupId', 'groupTitle'],
]

/** A notification of the system: not shown; a test reads it through the probe. */
export class Notification extends EventEmitter {
  title: string
  subtitle: string
  body: string
  silent: boolean
  urgency: string
  timeoutType: string
  hasReply = false
  actions: unknown[]
  closeButtonText = ''
  sound = ''
  toastXml = ''
  replyPlaceholder = ''
  id: string
  groupId: string

  constructor(options: Record<string, unknown> = {}) {
    mustBeReady('Cannot create Notification')
    super()
    checkKeys('Notification', options, KNOWN)
    const text = (name: string) => (options[name] as string | undefined) ?? ''
    this.title = text('title')
    this.subtitle = text('subtitle')
    this.body = text('body')
    this.silent = (options.silent as boolean) ?? false
    this.urgency = text('urgency') || 'normal'
    this.timeoutType = text('timeoutType') || 'default'
    this.actions = (options.actions as unknown[]) ?? []
    this.id = text('id') || crypto.randomUUID()
    this.groupId = text('groupId')
    // biome-ignore lint/correctness/noConstructorReturn: unknown uses are to be seen.
    return strict('Notification', this)
  }
  /**
   * `STAND_IN_NOTIFICATIONS`: `failed` = the system refuses, as macOS does for an unsigned program; `timed-out` = as
   * Windows, where it leaves the screen and stays alive. Nothing here keeps a reference: a notification that the
   * application releases is collected, and a click on it has no effect (electron_api_notification.cc, ~Notification).
   */
  show(): void {
    const how = process.env.STAND_IN_NOTIFICATIONS
    queueMicrotask(() => {
      if (how === 'failed') return void this.emit('failed', preventable(), 'UNErrorDomain 1')
      this.emit('show', preventable())
      if (how === 'timed-out') this.emit('close', preventable({ reason: 'timedOut' }))
    })
  }
  close(): void {
    queueMicrotask(() => this.emit('close', preventable({ reason: 'applicationHidden' })))
  }
  /** Of the system's list (electron.d.ts, `@platform` darwin): nothing is left of an earlier run here. */
  static async getHistory(): Promise<Notification[]> {
    if (process.platform !== 'darwin') throw new TypeError('Notification.getHistory is not a function')
    return []
  }
  /** Of Windows alone (electron.d.ts, `@platform`); a test calls what was given. */
  static standInActivated: ((details: object) => void) | null = null
  static handleActivation(callback: (details: object) => void): void {
    if (process.platform !== 'win32') throw new TypeError('Notification.handleActivation is not a function')
    Notification.standInActivated = callback
  }
  static isSupported(): boolean {
    return process.env.STAND_IN_NOTIFICATIONS !== '0'
  }
}
