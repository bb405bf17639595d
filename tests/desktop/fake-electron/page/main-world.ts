import type { Codec } from '../codec.ts'
import type { Crossing } from './crossing.ts'

/**
 * Runs in the world of the page before anything of the page: defines what the preload exposes, and asks the main
 * process where Chromium alone would decide differently from Electron (new windows, permissions). Given to the page
 * as text.
 */
export function mainWorld(
  makeCodec: () => Codec,
  makeCrossing: (codec: Codec, own: string, other: string) => Crossing,
  nonce: string,
): void {
  if (window.top !== window) return
  const crossing = makeCrossing(makeCodec(), `${nonce}-page`, `${nonce}-preload`)
  const freeze = (value: unknown): void => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return
    if (Object.isFrozen(value) || ArrayBuffer.isView(value)) return
    Object.freeze(value)
    for (const one of Object.values(value)) freeze(one)
  }
  crossing.serve('expose', (key, value) => {
    if (Object.hasOwn(window, key as string))
      throw new Error('Cannot bind an API on top of an existing property on the window object')
    freeze(value)
    Object.defineProperty(window, key as string, { value, enumerable: true })
  })

  type Ask = (name: string, ...args: unknown[]) => unknown
  const ask: Ask = (name, ...args) => crossing.call(name, args)
  const may = (permission: string) => ask('may', permission) as Promise<boolean>
  const refused = (why: string) => new DOMException(why, 'NotAllowedError')

  window.open = (url) => {
    ask('open', url === undefined || url === '' ? 'about:blank' : new URL(String(url), document.baseURI).href)
    return null
  }
  // `permissions` in electron.d.ts: what a page requests, and how a refusal is reported.
  if ('Notification' in window) {
    const original = Notification.requestPermission.bind(Notification)
    Notification.requestPermission = async () => ((await may('notifications')) ? original() : 'denied')
  }
  const devices = navigator.mediaDevices
  if (devices) {
    const original = devices.getUserMedia.bind(devices)
    devices.getUserMedia = async (constraints) => {
      if (!(await may('media'))) throw refused('Permission denied')
      return original(constraints)
    }
    const display = devices.getDisplayMedia.bind(devices)
    devices.getDisplayMedia = async (options) => {
      if (!(await may('display-capture'))) throw refused('Permission denied')
      return display(options)
    }
  }
  if (navigator.geolocation) {
    const original = navigator.geolocation.getCurrentPosition.bind(navigator.geolocation)
    navigator.geolocation.getCurrentPosition = (done, failed, options) =>
      void may('geolocation').then((yes) =>
        yes
          ? original(done, failed, options)
          : failed?.({ code: 1, message: 'User denied Geolocation' } as GeolocationPositionError),
      )
  }
  const clipboard = navigator.clipboard
  if (clipboard) {
    const write = clipboard.writeText.bind(clipboard)
    clipboard.writeText = async (text) => {
      if (!(await may('clipboard-sanitized-write'))) throw refused('Write permission denied.')
      return write(text)
    }
    const read = clipboard.readText.bind(clipboard)
    clipboard.readText = async () => {
      if (!(await may('clipboard-read'))) throw refused('Read permission denied.')
      return read()
    }
  }
}
