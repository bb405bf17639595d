import { existsSync, readFileSync } from 'node:fs'
import { strict } from './strict.ts'

interface Size {
  width: number
  height: number
}

/** An image: parsed and measured, never drawn. `from` is its source, for tests that check what the tray shows. */
export class NativeImage {
  from: string
  #bytes: Buffer
  #size: Size
  #template: boolean

  constructor(bytes: Buffer, from: string, size: Size = sizeOf(bytes)) {
    this.#bytes = bytes
    this.#size = size
    this.from = from
    // On macOS the end of the file name makes it a template image.
    this.#template = /Template(@\dx)?\.png$/.test(from)
    images.add(this)
    // biome-ignore lint/correctness/noConstructorReturn: unknown uses are to be seen.
    return strict('NativeImage', this)
  }
  isEmpty = () => this.#bytes.length === 0
  getSize = () => ({ ...this.#size })
  getAspectRatio = () => this.#size.width / this.#size.height
  getScaleFactors = () => [1]
  setTemplateImage(is: boolean): void {
    this.#template = is
  }
  isTemplateImage = () => this.#template
  toPNG = () => this.#bytes
  toDataURL = () => `data:image/png;base64,${this.#bytes.toString('base64')}`
  resize = ({ width, height }: Partial<Size>) =>
    new NativeImage(this.#bytes, this.from, {
      width: width ?? this.#size.width,
      height: height ?? this.#size.height,
    })
}

const images = new WeakSet<object>()

/**
 * What Electron does with an image given by its path: an error when the file is missing, for Tray and Notification.
 */
export function imageFrom(image: NativeImage | string): NativeImage {
  if (typeof image !== 'string') return image
  const read = createFromPath(image)
  if (read.isEmpty()) throw new Error(`Failed to load image from path '${image}'`)
  return read
}

const createFromPath = (path: string): NativeImage =>
  new NativeImage(existsSync(path) ? readFileSync(path) : Buffer.alloc(0), path)

export const nativeImage = strict('nativeImage', {
  createFromPath,
  createEmpty: () => new NativeImage(Buffer.alloc(0), ''),
  createFromBuffer: (bytes: Buffer) => new NativeImage(bytes, ''),
  createFromDataURL: (url: string) => new NativeImage(Buffer.from(url.split(',')[1] ?? '', 'base64'), url),
})

/** From the header of a PNG, or of an icon file. */
function sizeOf(bytes: Buffer): Size {
  if (bytes.length > 24 && bytes.readUInt32BE(12) === 0x49484452)
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
  if (bytes.length > 8 && bytes.readUInt32LE(0) === 0x00010000)
    return { width: bytes[6] || 256, height: bytes[7] || 256 }
  return { width: 0, height: 0 }
}
