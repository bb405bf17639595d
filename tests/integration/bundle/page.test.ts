import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { buildWhatIsStale, ROOT } from '../../../scripts/build.ts'
import { firstLoad, loadedFiles } from '../../../scripts/page-size.ts'
import { calls } from '../../../src/shared/api.ts'
import { pages as laterTexts } from '../../../src/shared/i18n/parts/en-pages.ts'
import { LANGUAGES } from '../../../src/shared/i18n/texts.ts'

/** What a browser loads, on the build as it is shipped. 1 KB = 1,024 bytes, before compression. */
const KB = 1024
const assets = join(ROOT, 'out/renderer/assets')
const texts = (end: string) =>
  readdirSync(assets)
    .filter((name) => name.endsWith(end))
    .map((name) => readFileSync(join(assets, name), 'utf8'))
    .join('\n')

beforeAll(() => buildWhatIsStale(), 120_000)

test.each(LANGUAGES)('in %s the first load, with the overview, is at most 950 KB', (language) => {
  const size = firstLoad(language)
  expect(Math.round(size / KB)).toBeLessThanOrEqual(950)
  // Else it did not look at all.
  expect(size).toBeGreaterThan(700 * KB)
})

test('the window and the overview ask for no text that only comes with the other pages', () => {
  const PLURAL = /_(zero|one|two|few|many|other)$/
  const late = new Set(Object.keys(laterTexts).map((key) => key.replace(PLURAL, '')))
  // A call may have the name of a text.
  const isText = (word: string) => late.has(word) && !Object.hasOwn(calls, word)
  const code = loadedFiles()
    .filter((path) => path.endsWith('.js'))
    .map((path) => readFileSync(join(ROOT, 'out/renderer', path), 'utf8'))
    .join('\n')
  const whole = [...code.matchAll(/(["'`])([a-z][\w.-]*\.[\w.-]*)\1/g)].map(([, , word]) => word!)
  const begun = [...code.matchAll(/`([a-z][\w-]*\.[\w.-]*)\$\{/g)].map(([, word]) => word!)
  expect(whole.filter(isText)).toEqual([])
  expect(begun.filter((word) => [...late].some((key) => key.startsWith(word)))).toEqual([])
  // Else it did not find what is asked for.
  expect(whole).toContain('overview.open-messages')
  expect(begun).toContain('wizard.suggestion.')
})

test('each component of Mantine in the page has its styles', () => {
  const HASH = /\bm_[0-9a-f]{5,8}\b/g
  const used = new Set(texts('.js').match(HASH))
  const styled = new Set(texts('.css').match(HASH))
  const all = new Set(readFileSync(join(ROOT, 'node_modules/@mantine/core/styles.css'), 'utf8').match(HASH))
  expect(used.size).toBeGreaterThan(100)
  expect([...used].filter((hash) => all.has(hash) && !styled.has(hash))).toEqual([])
})
