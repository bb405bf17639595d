import { crc32, deflateSync } from 'node:zlib'

/** Red, green and blue, 0 to 255. */
type Colour = readonly [number, number, number]

/** A real PNG; `colourAt` is asked for the middle of each pixel. */
export function png(width: number, height: number, colourAt: (x: number, y: number) => Colour): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  header.set([8, 2], 8)
  const rows = Array.from({ length: height }, (_, y) => [
    0,
    ...Array.from({ length: width }, (_, x) => colourAt(x + 0.5, y + 0.5)).flat(),
  ])
  const pixels = deflateSync(Buffer.from(rows.flat()), { level: 9 })
  const magic = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10])
  return Buffer.concat([magic, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const whole = Buffer.alloc(body.length + 8)
  whole.writeUInt32BE(data.length)
  body.copy(whole, 4)
  whole.writeUInt32BE(crc32(body), body.length + 4)
  return whole
}

/** `size` pixels square. */
export const redSquare = (size: number): Buffer => png(size, size, () => [200, 30, 40])

const WALL: Colour = [244, 233, 214]
const TABLE: Colour = [176, 127, 84]
const BRASS: Colour = [120, 96, 52]

/** A lamp on a table, 160 by 120 pixels: the client's has a red shade, the shop's a green one. */
export const lamp = (shade: 'red' | 'green'): Buffer => {
  const colour: Colour = shade === 'red' ? [196, 62, 52] : [46, 125, 96]
  return png(160, 120, (x, y) => {
    const fromMiddle = Math.abs(x - 80)
    if (y > 26 && y < 62 && fromMiddle < 14 + (y - 26) * 0.55) return colour
    if (y >= 62 && y < 94 && fromMiddle < 3) return BRASS
    if (((x - 80) / 24) ** 2 + ((y - 96) / 6) ** 2 < 1) return BRASS
    if (y > 94) return TABLE
    return glow(Math.hypot(x - 80, y - 66))
  })
}

/** The wall, brighter near the bulb. */
function glow(distance: number): Colour {
  const light = Math.max(0, 1 - distance / 70)
  const [red, green, blue] = WALL
  return [Math.min(255, red + 11 * light), Math.min(255, green + 18 * light), blue + 6 * light].map(
    Math.round,
  ) as unknown as Colour
}
