import { beforeEach, expect, test, vi } from 'vitest'

/** A page that was just opened: nothing is loaded. */
async function opened() {
  vi.resetModules()
  const page = await import('../../../src/renderer/texts.ts')
  const { translateAny } = await import('../../../src/shared/i18n/texts.ts')
  return { ...page, translateAny }
}
let page: Awaited<ReturnType<typeof opened>>
beforeEach(async () => {
  page = await opened()
})

const START = 'nav.overview'
const LATER = 'settings.general'

test('the first language brings the texts of the overview, and no page’s', async () => {
  await page.loadLanguage('en')
  expect(page.translateAny('en', START)).toBe('Overview')
  expect(page.translateAny('en', LATER)).toBe(LATER)
})

test('a page that was asked for waits for its texts in the language shown', async () => {
  await page.loadLanguage('en')
  await page.loadPageTexts()
  expect(page.translateAny('en', LATER)).toBe('General')
})

test('a language chosen after a page was opened comes with the texts of the pages', async () => {
  await page.loadLanguage('en')
  await page.loadPageTexts()
  await page.loadLanguage('ru')
  expect([page.translateAny('ru', START), page.translateAny('ru', LATER)]).toEqual(['Обзор', 'Общие'])
})

test('a page opened while a language is on its way waits for its texts in both languages', async () => {
  await page.loadLanguage('en')
  const switching = page.loadLanguage('ro')
  await page.loadPageTexts()
  await switching
  expect(page.translateAny('ro', LATER)).not.toBe(LATER)
  expect(page.translateAny('en', LATER)).toBe('General')
})

test('listeners hear of each part once, and of none that is here already', async () => {
  const heard = vi.fn()
  const end = page.onTexts(heard)
  await page.loadLanguage('en')
  await page.loadLanguage('en')
  expect([heard.mock.calls.length, page.textsAdded()]).toEqual([1, 1])
  await page.loadPageTexts()
  expect([heard.mock.calls.length, page.textsAdded()]).toEqual([2, 2])
  end()
  await page.loadLanguage('ro')
  expect([heard.mock.calls.length, page.textsAdded()]).toEqual([2, 4])
})
