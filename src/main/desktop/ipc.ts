import type { IpcMain, IpcMainEvent, IpcMainInvokeEvent, WebContents } from 'electron'
import { CHANNELS } from '../../shared/api/channels.ts'
import type { AppState } from '../../shared/api/state.ts'
import type { Push } from '../../shared/api.ts'
import type { Caller, PushSource } from '../api/dispatcher.ts'

export interface IpcOptions {
  ipcMain: Pick<IpcMain, 'handle' | 'removeHandler' | 'on' | 'off'>
  caller: Caller
  feed: PushSource
  /** Whether an address belongs to our own page; see `isPage`. */
  isTrusted: (url: string) => boolean
}

/**
 * The calls and pushes of shared/api.ts for the desktop's windows. The sender of every message is checked:
 * only the main frame of a window with our own page may call, and pushes go only to windows that subscribed.
 */
export function serveIpc({ ipcMain, caller, feed, isTrusted }: IpcOptions): { stop(): void } {
  /** Functions that end the subscription of each window. */
  const subscribed = new Map<WebContents, () => void>()

  const isOurs = ({ senderFrame }: IpcMainEvent | IpcMainInvokeEvent): boolean =>
    senderFrame !== null && senderFrame.parent === null && isTrusted(senderFrame.url)

  const end = (window: WebContents) => {
    subscribed.get(window)?.()
    subscribed.delete(window)
  }
  const subscribe = (event: IpcMainEvent) => {
    if (!isOurs(event)) return
    end(event.sender)
    subscribed.set(
      event.sender,
      forwardEvents(event.sender, caller, feed, () => end(event.sender)),
    )
  }
  const unsubscribe = (event: IpcMainEvent) => end(event.sender)

  ipcMain.handle(CHANNELS.call, (event, name: unknown, args: unknown) =>
    caller.call({ trusted: isOurs(event) }, name, args),
  )
  ipcMain.on(CHANNELS.subscribe, subscribe)
  ipcMain.on(CHANNELS.unsubscribe, unsubscribe)
  return {
    stop() {
      ipcMain.removeHandler(CHANNELS.call)
      ipcMain.off(CHANNELS.subscribe, subscribe)
      ipcMain.off(CHANNELS.unsubscribe, unsubscribe)
      for (const window of [...subscribed.keys()]) end(window)
    },
  }
}

/** Whether an address is `page`; the parts after ? and # belong to the page. */
export function isPage(page: string): (url: string) => boolean {
  const own = placeOf(page)
  return (url) => own !== null && placeOf(url) === own
}

function placeOf(address: string): string | null {
  if (!URL.canParse(address)) return null
  const { protocol, host, pathname } = new URL(address)
  return `${protocol}//${host}${pathname}`
}

/**
 * Sends all pushes to a window, the current state first, until the returned function is called. A window that
 * closes ends it by `over`.
 */
function forwardEvents(window: WebContents, caller: Caller, feed: PushSource, over: () => void): () => void {
  let waiting: Push[] | null = []
  const send = (push: Push) => {
    if (!window.isDestroyed()) window.send(CHANNELS.push, push)
  }
  const leave = feed.subscribe((push) => (waiting === null ? send(push) : void waiting.push(push)))

  /** Another page, or this one reloaded: it subscribes itself if it is ours. */
  const navigated = (event: { isMainFrame: boolean; isSameDocument: boolean }) => {
    if (event.isMainFrame && !event.isSameDocument) over()
  }
  window.on('destroyed', over)
  window.on('did-start-navigation', navigated)

  let ended = false
  void caller.call({ trusted: true }, 'state.get', {}).then((answer) => {
    const pushes = waiting ?? []
    waiting = null
    if (ended) return
    const first = answer.ok ? (answer.value as AppState) : null
    if (first) send({ event: 'state', value: first })
    for (const push of pushes) {
      // A snapshot pushed while the first one was made may be the older of the two.
      if (push.event !== 'state' || first === null || push.value.time >= first.time) send(push)
    }
  })

  return () => {
    ended = true
    leave()
    window.off('destroyed', over)
    window.off('did-start-navigation', navigated)
  }
}
