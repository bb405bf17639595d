import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'

/** Position of the window when it was closed, in screen coordinates. */
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
/** At least this much of the window must be on a screen, so that it can be moved. */
const GRIP = 80

/** Null when there is no valid stored position. */
export function readWindowState(file: string): WindowState | null {
  try {
    return kept.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data ?? null
  } catch {
    return null
  }
}

/** Never throws: a lost position does no harm. Written at once, as the program may exit with the window. */
export function writeWindowState(file: string, bounds: WindowState): void {
  try {
    writeFileSync(file, JSON.stringify(bounds))
  } catch {
    // The window opens at its last position.
  }
}

/**
 * Where the window opens: at its last position, unless that screen is gone; else in the middle of the first
 * screen.
 */
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
