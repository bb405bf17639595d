import { EventEmitter } from 'node:events'
import { mustBeReady } from './app.ts'
import type { Menu } from './menu.ts'
import { imageFrom, type NativeImage } from './native-image.ts'
import { strict } from './strict.ts'

/** The icon in the tray area: nothing is drawn; a test looks at it through the probe. */
export class Tray extends EventEmitter {
  #destroyed = false
  #title = ''

  constructor(image: NativeImage | string, _guid?: string) {
    mustBeReady('Cannot create Tray')
    super()
    imageFrom(image)
    // biome-ignore lint/correctness/noConstructorReturn: unknown uses are to be seen.
    return strict('Tray', this)
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
