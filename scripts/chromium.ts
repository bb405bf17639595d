import { existsSync } from 'node:fs'
import { installSystemPart } from './system-deps.ts'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/**
 * Where Chromium is, for tests and screenshots. Where it is missing it is installed, when this is Debian or Ubuntu and we
 * may; otherwise says how, and answers null.
 */
export function findChromium(): string | null {
  const found = present()
  if (found !== null) return found
  if (process.env.CHROMIUM_PATH === undefined) installSystemPart('Chromium', 'chromium')
  const now = present()
  if (now === null) {
    process.stdout.write(
      'Chromium is missing. Install it (Debian, Ubuntu: apt-get install chromium), or name it with CHROMIUM_PATH.\n',
    )
  }
  return now
}

function present(): string | null {
  const named = process.env.CHROMIUM_PATH
  if (named !== undefined) return existsSync(named) ? named : null
  return PLACES.find((place) => existsSync(place)) ?? null
}
