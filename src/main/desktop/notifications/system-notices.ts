import type { Notification as ElectronNotification } from 'electron'
import type { Log } from '../../runtime/application.ts'
import { noticeId, noticeIdIn, targetOfNotice } from './notice-id.ts'
import type { NoticeTarget, NoticeText } from './text.ts'

export interface SystemNoticesOptions {
  /** Electron's own class. */
  Notification: typeof ElectronNotification
  open(target: NoticeTarget): void
  /** The owner typed a reply into the notification `id`. */
  reply(target: NoticeTarget, text: string, id: string): void
  log: Log
  platform?: NodeJS.Platform
}

/** `replyTo`: the hint in the field for a reply; absent = it has no such field. */
export type SystemNotice = NoticeText & { silent: boolean; replyTo?: string }

/** More than the systems show; old notifications are no longer clickable. */
const MOST_OPEN = 50

/**
 * Shows a notification through the system. An unreferenced notification is garbage-collected, and a click on
 * it is lost. On Windows a notification that moves from the screen to the Action Center emits `close` with
 * `timedOut` and can still be clicked there (windows_toast_notification.cc, NotificationDismissed with
 * should_destroy = false).
 */
export function openSystemNotices({
  Notification,
  log,
  open: openTarget,
  reply,
  platform = process.platform,
}: SystemNoticesOptions) {
  const open = new Map<string, ElectronNotification>()
  let isSilent = false
  let refused = false
  let count = 0
  const run = Date.now().toString(36)
  reattach()

  /** Those that the program showed before it was started again are still in the system's list. */
  function reattach(): void {
    if (platform === 'win32')
      // Also called for those of this run, which have their own listener.
      Notification.handleActivation(({ arguments: text, type, reply: typed = '' }) => {
        const id = noticeIdIn(text)
        if (open.has(id)) return
        if (type === 'click') openTarget(targetOfNotice(id))
        else if (type === 'reply') reply(targetOfNotice(id), typed, id)
      })
    if (platform === 'darwin')
      void Notification.getHistory()
        .then((earlier) => {
          for (const one of earlier) {
            open.set(one.id, one)
            one.on('click', () => {
              open.delete(one.id)
              openTarget(targetOfNotice(one.id))
            })
            one.on('reply', ({ reply: typed }) => reply(targetOfNotice(one.id), typed, one.id))
          }
        })
        .catch((error: unknown) =>
          log.warn({ detail: String(error) }, 'earlier notifications could not be listed'),
        )
  }

  return {
    get refused() {
      return refused
    },
    show(notice: SystemNotice, click: () => void): void {
      if (!Notification.isSupported()) {
        if (!isSilent) log.warn({}, 'the system shows no notifications')
        isSilent = true
        return
      }
      const id = noticeId(notice.target, `${run}-${count++}`)
      const hasReply = notice.replyTo !== undefined && (platform === 'win32' || platform === 'darwin')
      const notification = new Notification({
        ...forSystem(notice, platform),
        id,
        silent: notice.silent,
        ...(hasReply && { hasReply, replyPlaceholder: notice.replyTo }),
      })
      const gone = () => void open.delete(id)
      notification.on('click', () => {
        gone()
        click()
      })
      notification.on('reply', ({ reply: typed }) => {
        gone()
        reply(notice.target, typed, id)
      })
      notification.on('close', ({ reason }) => {
        if (reason !== 'timedOut') gone()
      })
      notification.on('show', () => {
        refused = false
      })
      notification.on('failed', (_event, error) => {
        gone()
        refused = true
        log.warn({ detail: error }, 'a notification could not be shown')
      })
      open.set(id, notification)
      const [oldest] = open.keys()
      if (open.size > MOST_OPEN && oldest !== undefined) open.delete(oldest)
      notification.show()
    },
    stop: () => open.clear(),
  }
}

/**
 * Some Linux daemons read the body as markup, and Electron passes it unchanged: angle brackets are replaced
 * by similar ones, so that it looks the same everywhere, and `&` is escaped.
 */
export function forSystem(
  { title, body }: NoticeText,
  platform: NodeJS.Platform,
): { title: string; body: string } {
  if (platform !== 'linux') return { title, body }
  const withoutTags = (text: string) => text.replaceAll('<', '‹').replaceAll('>', '›')
  return { title: withoutTags(title), body: withoutTags(body).replaceAll('&', '&amp;') }
}
