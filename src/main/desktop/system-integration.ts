import { app, dialog, Notification, powerMonitor, shell } from 'electron'
import { translate } from '../../shared/i18n/index.ts'
import type { OpenBridge } from '../bootstrap.ts'
import type { Log } from '../runtime/application.ts'
import { followLoginItem } from './lifecycle/login-item.ts'
import { followPower } from './lifecycle/power.ts'
import type { Shutdown } from './lifecycle/shutdown.ts'
import { type NoticeTarget, startNotifications } from './notifications/notifications.ts'
import type { SystemAction, TraySystem } from './shell.ts'
import { timedPause } from './timed-pause.ts'
import { startUpdates, updateFeedIn } from './updates/updater.ts'
import { externalLink } from './window/external-links.ts'

export interface SystemIntegration extends TraySystem {
  readonly login: ReturnType<typeof followLoginItem>
  /** The system accepts no notifications from this program. */
  readonly isMute: boolean
  /** The bridge runs. */
  begin(): Promise<void>
  stop(): void
}

/** Integration with the computer: notifications, start at login, sleep, updates. */
export function startSystemIntegration(options: {
  bridge: OpenBridge
  ending: Shutdown
  log: Log
  show(route?: string): void
  /** Closes the window; false when the owner wants to save something first. */
  leave(): Promise<boolean>
}): SystemIntegration {
  const { bridge, ending, log, show, leave } = options
  const { application } = bridge
  const listeners = new Set<() => void>()
  const changed = () => {
    for (const listener of listeners) listener()
  }
  const notices = startNotifications({ application, Notification, open, log, changed })
  const pause = timedPause({ application, caller: bridge.caller, log, changed })
  const login = followLoginItem({ app, application, log })
  const stopPower = followPower({ app, powerMonitor, application, shutdown: () => app.quit() })
  const updates = startUpdates({
    feed: updateFeedIn(process.resourcesPath, log),
    clock: application.clock,
    log,
    isBusy: () => isDelivering(bridge),
    leave,
    end: () => ending.releaseForUpdate(),
    failed: () => ending.relaunch(),
    moved: (appImage) => login.moved(appImage),
    notify: (ready) => notices.update(ready),
  })

  /** Target of a click on a notification. */
  function open(target: NoticeTarget): void {
    if (target.kind === 'page') show(target.route)
    else if (target.kind === 'conversation') show(`/conversation/${target.conversationId}`)
    else if (target.kind === 'task') browse(target.url)
    else void restart()
  }

  function browse(url: string): void {
    const link = externalLink(url)
    if (link === null) show()
    else shell.openExternal(link).catch(() => show())
  }

  async function restart(): Promise<void> {
    if ((await updates.restart()) === 'busy') notices.updateBusy(updates.ready ?? '')
  }

  function act(action: SystemAction): void {
    if (action.do === 'mute') notices.mute(action.forMs)
    else if (action.do === 'look-for-updates') void lookForUpdates()
    else
      void (action.do === 'pause' ? pause.pause(action.forMs) : pause.resume())
        .then(([failed]) => {
          // Its settings say more.
          if (failed !== undefined) show(`/settings/${failed}`)
        })
        .catch((error: unknown) => log.warn({ detail: String(error) }, 'the tray could not pause or resume'))
  }

  /** Says what came of it, as the owner waits for an answer. */
  async function lookForUpdates(): Promise<void> {
    const found = await updates.look()
    await dialog.showMessageBox({
      type: 'info',
      message: translate(application.configuration.language, `desktop.updates.${found}`, {
        version: app.getVersion(),
      }),
    })
  }

  return {
    login,
    act,
    get pause() {
      return pause.current
    },
    get mutedUntil() {
      return notices.mutedUntil
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    begin: () =>
      pause
        .begin()
        .catch((error: unknown) => log.warn({ detail: String(error) }, 'a pause could not be continued')),
    get isMute() {
      return notices.refused
    },
    stop() {
      for (const part of [updates, login, notices, pause]) part.stop()
      stopPower()
    },
  }
}

/** Whether a call to a service is under way at this moment. */
async function isDelivering({ application }: OpenBridge): Promise<boolean> {
  const counts = [...application.connections.keys()].map((id) => application.store.counts(id))
  return (await Promise.all(counts)).some(
    ({ states }) => states['to-planfix'].sending + states['to-chatra'].sending > 0,
  )
}
