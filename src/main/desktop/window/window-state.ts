import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'

/** Where the window was when it was closed, in the screens' own measure. */
const kept = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(1),
  height: z.number().int().min(1),
  maximized: z.boolean(),
})
export type WindowState = z.output<typeof kept>
export interface Area {
  x: number
  y: number
  width: number
  height: number
}

export const SMALLEST = { width: 720, height: 520 }
const FIRST = { width: 1120, height: 760 }
/** So much of the window is on a screen at least, or it could not be taken hold of. */
const GRIP = 80

/** Null when nothing, or nothing that makes sense, is kept. */
export function readWindowState(file: string): WindowState | null {
  try {
    return kept.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data ?? null
  } catch {
    return null
  }
}

/** Never throws: a place that is not kept is no loss. Written at once, as the program may end with the window. */
export function writeWindowState(file: string, bounds: WindowState): void {
  try {
    writeFileSync(file, JSON.stringify(bounds))
  } catch {
    // The window opens where it was before.
  }
}

/** Where the window opens: where it was, unless that screen is gone; else in the middle of the first one. */
export function initialBounds(
  before: WindowState | null,
  screens: readonly Area[],
): Partial<Area> & typeof FIRST {
  const least = (size: WindowState) => ({
    width: Math.max(size.width, SMALLEST.width),
    height: Math.max(size.height, SMALLEST.height),
  })
  if (before === null) return FIRST
  const isSeen = screens.some(
    (screen) =>
      overlap(before.x, before.width, screen.x, screen.width) >= GRIP &&
      before.y >= screen.y &&
      before.y <= screen.y + screen.height - GRIP,
  )
  return isSeen ? { x: before.x, y: before.y, ...least(before) } : least(before)
}

const overlap = (one: number, length: number, other: number, otherLength: number): number =>
  Math.min(one + length, other + otherLength) - Math.max(one, other)
