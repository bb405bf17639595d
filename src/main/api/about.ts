import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { aboutCalls as contract } from '../../shared/api/about.ts'
import type { Handlers } from '../../shared/api.ts'

/**
 * Made by the build (scripts/licences.ts): in `out`, seen from a built host or a chunk of it, or beside the archive of
 * a packaged desktop.
 */
const PLACES = [
  ...['..', '../..'].map((path) => join(import.meta.dirname, path)),
  ...import.meta.dirname.split('app.asar').slice(0, -1),
].map((folder) => join(folder, 'licences.txt'))

/** What the program is made of. `places`: where the texts of the licences may be; for tests. */
export const aboutCalls = (places: readonly string[] = PLACES): Pick<Handlers, keyof typeof contract> => ({
  async 'about.licences'() {
    for (const place of places) {
      const text = await readFile(place, 'utf8').catch(() => null)
      if (text !== null) return { ok: true, value: { text } }
    }
    return { ok: true, value: { text: null } }
  },
})
