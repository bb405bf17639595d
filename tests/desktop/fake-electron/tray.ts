import { execFile } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { mustBeReady } from './app.ts'
import type { Menu } from './menu.ts'
import { imageFrom, type NativeImage } from './native-image.ts'
import { strict } from './strict.ts'

/** How an image is shown: on Linux it is decided once, a moment after its creation. */
export type Shown = 'undecided' | 'system' | 'status-notifier' | 'fallback'

/** The icon in the tray area: not drawn; a test reads it through the probe. */
export class Tray extends EventEmitter {
  #destroyed = false
  #title = ''
  /** For tests. `fallback`: the image that GNOME, Wayland and most panels do not show. */
  standInShown: Shown = process.platform === 'linux' ? 'undecided' : 'system'

  constructor(image: NativeImage | string, _guid?: string) {
    mustBeReady('Cannot create Tray')
    super()
    imageFrom(image)
    if (process.platform === 'linux') void this.#decide()
    // biome-ignore lint/correctness/noConstructorReturn: unknown uses are to be seen.
    return strict('Tray', this)
  }
  /**
   * Chromium queries the watcher's name and its property once: after a negative answer the image stays in fallback
   * mode (status_icon_linux_dbus.cc, OnNameHasOwnerResponse and OnHostRegisteredResponse; Electron's
   * tray_icon_linux.cc, OnImplInitializationFailed).
   */
  async #decide(): Promise<void> {
    const isShown =
      (await bus('org.freedesktop.DBus', '/org/freedesktop/DBus', 'NameHasOwner', WATCHER)) &&
      (await bus(WATCHER, '/StatusNotifierWatcher', 'Properties.Get', WATCHER, HOST))
    this.standInShown = isShown ? 'status-notifier' : 'fallback'
    if (isShown)
      await bus(WATCHER, '/StatusNotifierWatcher', REGISTER, `org.kde.StatusNotifierItem-${process.pid}-1`)
  }
  #alive(): void {
    if (this.#destroyed) throw new Error('Tray is destroyed')
  }
  destroy(): void {
    this.#destroyed = true
  }
  isDestroyed(): boolean {
    return this.#destroyed
  }
  setImage(image: NativeImage | string): void {
    this.#alive()
    imageFrom(image)
  }
  setPressedImage(image: NativeImage | string): void {
    this.#alive()
    imageFrom(image)
  }
  setToolTip(text: string): void {
    this.#alive()
    if (typeof text !== 'string') throw new TypeError('the tool tip is a text')
  }
  setTitle(title: string): void {
    this.#alive()
    this.#title = title
  }
  getTitle(): string {
    return this.#title
  }
  setContextMenu(_menu: Menu | null): void {
    this.#alive()
  }
  popUpContextMenu(_menu?: Menu): void {
    this.#alive()
  }
  closeContextMenu(): void {}
  setIgnoreDoubleClickEvents(): void {}
  getBounds = () => ({ x: 0, y: 0, width: 24, height: 24 })
}

const WATCHER = 'org.kde.StatusNotifierWatcher'
const HOST = 'IsStatusNotifierHostRegistered'
const REGISTER = `${WATCHER}.RegisterStatusNotifierItem`

/** A call on the session bus; true when the answer contains a `true`. */
const bus = (dest: string, path: string, method: string, ...args: string[]): Promise<boolean> =>
  new Promise((resolve) => {
    const whole = method.startsWith('org.') ? method : `org.freedesktop.DBus.${method}`
    const asked = args.map((arg) => `string:${arg}`)
    execFile(
      'dbus-send',
      ['--session', '--print-reply', `--dest=${dest}`, path, whole, ...asked],
      (error, said) => resolve(error === null && /boolean true/.test(said)),
    )
  })
