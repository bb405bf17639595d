import { app, Notification, powerMonitor, shell } from 'electron'
import type { OpenBridge } from '../bootstrap.ts'
import type { Log } from '../runtime/application.ts'
import { followLoginItem } from './lifecycle/login-item.ts'
import { followPower } from './lifecycle/power.ts'
import type { Shutdown } from './lifecycle/shutdown.ts'
import { type NoticeTarget, startNotifications } from './notifications/notifications.ts'
import { startUpdates, updateFeedIn } from './updates/updater.ts'
import { externalLink } from './window/external-links.ts'

export interface SystemIntegration {
  readonly login: ReturnType<typeof followLoginItem>
  /** The system accepts no notifications from this program. */
  readonly isMute: boolean
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
  const notices = startNotifications({ application, Notification, open, log })
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

  return {
    login,
    get isMute() {
      return notices.refused
    },
    stop() {
      for (const part of [updates, login, notices]) part.stop()
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
