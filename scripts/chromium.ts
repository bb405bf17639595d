import { existsSync } from 'node:fs'
import { installSystemPart } from './system-deps.ts'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/**
 * Path of Chromium, for tests and screenshots. Installs it if it is missing, on Debian or Ubuntu with
 * sufficient rights; otherwise prints how, and returns null.
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
