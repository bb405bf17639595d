import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { buildWhatIsStale, ROOT } from '../../../scripts/build.ts'
import { type PageLanguage, pageSize } from '../../../scripts/page-size.ts'

/** What a browser loads, on the build as it is shipped. 1 KB = 1,024 bytes, before compression. */
const KB = 1024
const assets = join(ROOT, 'out/renderer/assets')
const texts = (end: string) =>
  readdirSync(assets)
    .filter((name) => name.endsWith(end))
    .map((name) => readFileSync(join(assets, name), 'utf8'))
    .join('\n')

beforeAll(() => buildWhatIsStale(), 120_000)

describe('the size of the page', () => {
  // Russian letters take two bytes each.
  test.each([
    ['en', 950, 1000],
    ['ro', 960, 1040],
    ['ru', 1040, 1110],
  ] satisfies [PageLanguage, number, number][])(
    'in %s the first load is at most %i KB, with the overview %i KB',
    (language, first, overview) => {
      const size = pageSize(language)
      expect(Math.round(size.first / KB)).toBeLessThanOrEqual(first)
      expect(Math.round(size.overview / KB)).toBeLessThanOrEqual(overview)
      // Else it did not look at all.
      expect(size.overview).toBeGreaterThan(size.first)
      expect(size.first).toBeGreaterThan(500 * KB)
    },
  )
})

test('each component of Mantine in the page has its styles', () => {
  const HASH = /\bm_[0-9a-f]{5,8}\b/g
  const used = new Set(texts('.js').match(HASH))
  const styled = new Set(texts('.css').match(HASH))
  const all = new Set(readFileSync(join(ROOT, 'node_modules/@mantine/core/styles.css'), 'utf8').match(HASH))
  expect(used.size).toBeGreaterThan(100)
  expect([...used].filter((hash) => all.has(hash) && !styled.has(hash))).toEqual([])
})
