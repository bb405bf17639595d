import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { chromium, type Page } from '@playwright/test'
import { ROOT } from './build.ts'
import { findChromium } from './chromium.ts'

/**
 * `node scripts/icons.ts`: draws every picture of the desktop application from the SVG sources in `resources/icons/`.
 * The results are committed; run it after a source was changed, and look at the contact sheet it names (`-- FILE.png`).
 */

const SOURCES = join(ROOT, 'resources/icons')
const RESOURCES = join(ROOT, 'resources')
export const TRAY_STATES = ['working', 'setup', 'degraded', 'stopped', 'paused'] as const
type TrayState = (typeof TRAY_STATES)[number]

/**
 * A state's colour repeats its shape: for light panels, for dark panels, and one that is readable on both
 * (Windows has one file for either taskbar; at least 3:1 on #f3f3f3 and on #202020).
 */
const COLOURS: Record<TrayState, { light: string; dark: string; both: string }> = {
  working: { light: '#0c6a75', dark: '#6fd0d9', both: '#1e8894' },
  setup: { light: '#3a4750', dark: '#e8ecef', both: '#7a858d' },
  degraded: { light: '#a84a00', dark: '#ffbf47', both: '#c46a0c' },
  stopped: { light: '#b3261e', dark: '#ff9a90', both: '#dc4a40' },
  paused: { light: '#3a4750', dark: '#e8ecef', both: '#7a858d' },
}

interface Picture {
  png: Buffer
  /** Pixels, top row first, four bytes each: red, green, blue, alpha (not premultiplied). */
  pixels: Buffer
  size: number
}

/**
 * A Windows icon of the given pictures. Up to 48 pixels as bitmaps, which every part of Windows reads; larger ones as PNG.
 * Layout: https://learn.microsoft.com/previous-versions/ms997538(v=msdn.10)
 */
export function icoOf(pictures: readonly Picture[]): Buffer {
  const bodies = pictures.map((picture) => (picture.size <= 48 ? bitmapOf(picture) : picture.png))
  const head = Buffer.alloc(6 + 16 * pictures.length)
  head.writeUInt16LE(1, 2)
  head.writeUInt16LE(pictures.length, 4)
  let offset = head.length
  pictures.forEach(({ size }, index) => {
    const at = 6 + 16 * index
    const body = bodies[index]!
    head.writeUInt8(size % 256, at)
    head.writeUInt8(size % 256, at + 1)
    head.writeUInt16LE(1, at + 4)
    head.writeUInt16LE(32, at + 6)
    head.writeUInt32LE(body.length, at + 8)
    head.writeUInt32LE(offset, at + 12)
    offset += body.length
  })
  return Buffer.concat([head, ...bodies])
}

/**
 * macOS's name for each size of a picture inside an icon, in pixels; each may be a PNG. The plain 16 and 32
 * are omitted (older systems accept no PNG there): macOS draws them from the doubled ones.
 */
const ICNS_TYPES = [
  ['ic07', 128],
  ['ic08', 256],
  ['ic09', 512],
  ['ic10', 1024],
  ['ic11', 32],
  ['ic12', 64],
  ['ic13', 256],
  ['ic14', 512],
] as const

/** A macOS icon: a head, then blocks of a type, a length (the eight bytes before the picture included) and a PNG. */
export function icnsOf(pictures: readonly { type: string; png: Buffer }[]): Buffer {
  const blocks = pictures.map(({ type, png }) => Buffer.concat([icnsHead(type, png.length), png]))
  const body = Buffer.concat(blocks)
  return Buffer.concat([icnsHead('icns', body.length), body])
}

function icnsHead(type: string, length: number): Buffer {
  const head = Buffer.alloc(8)
  head.write(type, 'latin1')
  head.writeUInt32BE(length + 8, 4)
  return head
}

/**
 * BITMAPINFOHEADER, rows from the bottom as BGRA, then the one-bit mask, which alpha makes unnecessary (all
 * zero).
 */
function bitmapOf({ pixels, size }: Picture): Buffer {
  const head = Buffer.alloc(40)
  const mask = Buffer.alloc(Math.ceil(size / 32) * 4 * size)
  const rows = Buffer.alloc(size * size * 4)
  head.writeUInt32LE(40, 0)
  head.writeInt32LE(size, 4)
  head.writeInt32LE(size * 2, 8)
  head.writeUInt16LE(1, 12)
  head.writeUInt16LE(32, 14)
  head.writeUInt32LE(rows.length + mask.length, 20)
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const from = (y * size + x) * 4
      const to = ((size - 1 - y) * size + x) * 4
      rows[to] = pixels[from + 2]!
      rows[to + 1] = pixels[from + 1]!
      rows[to + 2] = pixels[from]!
      rows[to + 3] = pixels[from + 3]!
    }
  }
  return Buffer.concat([head, rows, mask])
}

const source = (name: string): string => readFileSync(join(SOURCES, `${name}.svg`), 'utf8')
const tray = (state: TrayState, colour: string): string =>
  source(`tray/${state}`).replace('color="#000"', `color="${colour}"`)

/** The picture centred with a margin, as macOS requires for application icons: 824 of 1024 pixels. */
function withMargin(svg: string): string {
  const inner = svg.replace('<svg ', '<svg x="100" y="100" width="824" height="824" ')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1024 1024">${inner}</svg>`
}

async function draw(page: Page, svg: string, size: number): Promise<Picture> {
  const drawn = await page.evaluate(
    async ({ svg, size }) => {
      const image = new Image()
      image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(
        svg.replace('<svg ', `<svg width="${size}" height="${size}" `),
      )}`
      await image.decode()
      const canvas = document.createElement('canvas')
      canvas.width = size
      canvas.height = size
      const pen = canvas.getContext('2d')!
      pen.drawImage(image, 0, 0, size, size)
      const { data } = pen.getImageData(0, 0, size, size)
      return { png: canvas.toDataURL('image/png').split(',')[1]!, pixels: Array.from(data) }
    },
    { svg, size },
  )
  return { png: Buffer.from(drawn.png, 'base64'), pixels: Buffer.from(drawn.pixels), size }
}

async function drawAll(page: Page): Promise<void> {
  const save = (name: string, body: Buffer): void => {
    const file = join(RESOURCES, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, body)
  }
  const app = source('app')
  const small = source('app-small')
  save('icon.png', (await draw(page, app, 1024)).png)
  const mac = withMargin(app)
  save(
    'icon.icns',
    icnsOf(
      await Promise.all(
        ICNS_TYPES.map(async ([type, size]) => ({ type, png: (await draw(page, mac, size)).png })),
      ),
    ),
  )
  for (const size of [16, 24, 32, 48, 64, 128, 256, 512]) {
    save(`icons/linux/${size}x${size}.png`, (await draw(page, size <= 24 ? small : app, size)).png)
  }
  const sizes = [16, 20, 24, 32, 48, 64, 128, 256]
  save('icon.ico', icoOf(await Promise.all(sizes.map((size) => draw(page, size <= 24 ? small : app, size)))))

  for (const state of TRAY_STATES) {
    const { light, dark, both } = COLOURS[state]
    for (const [suffix, colour, size] of [
      ['', light, 24],
      ['-dark', dark, 24],
      ['Template', '#000', 16],
    ] as const) {
      save(`tray/${state}${suffix}.png`, (await draw(page, tray(state, colour), size)).png)
      save(`tray/${state}${suffix}@2x.png`, (await draw(page, tray(state, colour), size * 2)).png)
    }
    const svg = tray(state, both)
    save(`tray/${state}.ico`, icoOf(await Promise.all([16, 20, 24, 32].map((size) => draw(page, svg, size)))))
  }
}

/** Every picture at its real size, on light and on dark, each beside an enlargement of its pixels. */
async function contactSheet(page: Page, file: string): Promise<void> {
  const picture = (name: string, size: number, zoom: number): string => {
    const type = name.endsWith('.ico') ? 'x-icon' : 'png'
    const body = readFileSync(join(RESOURCES, name)).toString('base64')
    return `<img src="data:image/${type};base64,${body}" width="${size * zoom}" height="${size * zoom}" style="${zoom > 1 ? 'image-rendering:pixelated;' : ''}margin:6px">`
  }
  const row = (name: string, size: number): string => picture(name, size, 1) + picture(name, size, 4)
  const block = (background: string, suffix: '' | '-dark'): string =>
    `<div style="background:${background};padding:8px">${TRAY_STATES.map(
      (state) =>
        `<div>${row(`tray/${state}${suffix}.png`, 24)}${picture(`tray/${state}${suffix}.png`, 16, 1)}${picture(`tray/${state}${suffix}@2x.png`, 48, 1)}${row(`tray/${state}.ico`, 16)}${
          suffix === '' ? row(`tray/${state}Template.png`, 16) : ''
        }</div>`,
    ).join('')}</div>`
  const app = [16, 24, 32, 48, 64, 128].map((size) => picture('icon.ico', size, 1)).join('')
  await page.setViewportSize({ width: 900, height: 1000 })
  await page.setContent(
    `<body style="margin:0"><div style="display:flex">${block('#f3f3f3', '')}${block('#202020', '-dark')}</div>
    <div style="background:#ccc">${app}${picture('icon.png', 256, 1)}</div>`,
  )
  await page.screenshot({ path: file })
}

if (import.meta.main) {
  const executablePath = findChromium()
  if (executablePath === null) process.exit(1)
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const page = await browser.newPage()
    await drawAll(page)
    const sheet = process.argv[2]
    if (sheet !== undefined) await contactSheet(page, sheet)
  } finally {
    await browser.close()
  }
}
