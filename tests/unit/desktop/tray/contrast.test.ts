import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { trayImagePath } from '../../../../src/main/desktop/tray/image.ts'

const ROOT = join(import.meta.dirname, '../../../..')
const STATES = ['working', 'setup', 'degraded', 'stopped', 'paused'] as const
type Colour = readonly [number, number, number]

/** The most frequent colour of an image; only opaque pixels count (PNG, 8 bits, with transparency). */
function mainColour(file: string): Colour {
  const bytes = readFileSync(file)
  const width = bytes.readUInt32BE(16)
  expect([bytes[24], bytes[25]], 'eight bits, with transparency').toEqual([8, 6])
  const data: Buffer[] = []
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const size = bytes.readUInt32BE(at)
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(bytes.subarray(at + 8, at + 8 + size))
  }
  const raw = inflateSync(Buffer.concat(data))
  const line = width * 4
  let before = Buffer.alloc(line)
  const counts = new Map<string, number>()
  for (let at = 0; at < raw.length; at += line + 1) {
    const row = Buffer.from(raw.subarray(at + 1, at + 1 + line))
    for (let i = 0; i < line; i++) row[i] = (row[i]! + predicted(raw[at]!, row, before, i)) & 255
    for (let i = 0; i < line; i += 4) {
      if (row[i + 3]! < 250) continue
      const colour = [row[i], row[i + 1], row[i + 2]].join()
      counts.set(colour, (counts.get(colour) ?? 0) + 1)
    }
    before = row
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a)
  return (most?.[0] ?? '0,0,0').split(',').map(Number) as unknown as Colour
}

/** How a line of a PNG is computed from the bytes before and above it (its specification, "Filtering"). */
function predicted(filter: number, row: Buffer, before: Buffer, i: number): number {
  const [left, above, corner] = [i < 4 ? 0 : row[i - 4]!, before[i]!, i < 4 ? 0 : before[i - 4]!]
  if (filter < 3) return [0, left, above][filter]!
  if (filter === 3) return (left + above) >> 1
  const guess = left + above - corner
  const far = (one: number) => Math.abs(guess - one)
  if (far(left) <= far(above) && far(left) <= far(corner)) return left
  return far(above) <= far(corner) ? above : corner
}

/** WCAG 2, "contrast ratio". */
function contrast(one: Colour, other: Colour): number {
  const light = (colour: Colour) => {
    const [r, g, b] = colour.map((part) => {
      const share = part / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b! + 0.05
  }
  const [a, b] = [light(one), light(other)]
  return Math.max(a, b) / Math.min(a, b)
}

const image = (state: (typeof STATES)[number], dark: boolean) =>
  mainColour(trayImagePath(ROOT, state, 'linux', dark))
const BLACK: Colour = [0, 0, 0]
const GNOME: Colour = [0x24, 0x1f, 0x31]
const WHITE: Colour = [255, 255, 255]

describe('the tray image of each state can be seen', () => {
  test.each(STATES)('the icon %s is visible on a dark bar', (state) => {
    for (const bar of [BLACK, GNOME]) expect(contrast(image(state, true), bar)).toBeGreaterThan(4.5)
  })
  test.each(STATES)('the icon %s is visible on a light bar', (state) => {
    expect(contrast(image(state, false), WHITE)).toBeGreaterThan(4.5)
  })
  test('the icon for light bars is invisible on a black one', () => {
    expect(contrast(image('paused', false), BLACK)).toBeLessThan(3)
  })
})
