import type { Locator, Page } from '@playwright/test'
import { expect, test } from './fixtures.ts'
import { pointAtSimulators, wizardOn } from './wizard-steps.ts'

/**
 * The whole path of the set-up in English, as an owner goes who takes what is recommended: what it costs him to read, to fill in and
 * to click, and how long the program itself takes at Planfix's own pace of one request a second.
 */

test.use({ worldOptions: { setup: 'empty' } })

const MOST = { words: 600, fields: 5, clicks: 12, seconds: 45, stillMs: 1000 }

test('the path has at most 600 words, 5 fields and 12 clicks, and takes under 45 s', async ({
  page,
  world,
  chatra,
  planfix,
}) => {
  test.setTimeout(120_000)
  const wizard = wizardOn(page, world)
  const { t } = wizard
  const path = { words: 0, fields: 0, clicks: 0 }
  const seen = new Set<string>()
  /** Counts every line of the page that was not there before. */
  const read = async () => {
    for (const line of await linesOn(page)) {
      if (seen.has(line)) continue
      seen.add(line)
      path.words += wordsIn(line)
    }
  }
  const click = async (what: Locator) => {
    await read()
    path.clicks++
    await what.click()
  }
  /** As owners fill in: copied elsewhere, pasted here. */
  const paste = async (field: Locator, text: string) => {
    path.fields++
    await field.focus()
    await page.evaluate((copied) => navigator.clipboard.writeText(copied), text)
    await page.keyboard.press('Control+V')
  }
  const submit = page.locator('form button[type=submit]')

  await expect(wizard.button('wizard.welcome.begin')).toBeVisible()
  await click(wizard.button('wizard.welcome.begin'))
  await wizard.at('chatra')
  await pointAtSimulators(page, chatra.apiUrl, 1)
  await watchStillness(page)
  const begun = Date.now()

  await wizard.at('chatra')
  await paste(wizard.field('chatra.keys'), `${chatra.publicKey}\n${chatra.secretKey}`)
  await click(submit)

  await wizard.at('planfix')
  await paste(wizard.field('planfix.baseUrl'), planfix.restUrl)
  await read()
  // The token is tested as soon as it is pasted.
  await paste(wizard.field('planfix.token'), planfix.token)
  await expect(page.locator('[data-scope]').first()).toBeVisible()
  await read()
  await click(submit)

  await wizard.at('templates')
  const template = page.getByRole('combobox', { name: t('wizard.templates.task') })
  await expect(template).toBeEnabled()
  await click(template)
  await click(page.getByRole('option', { name: 'Chat with a client' }))
  // The rights have been read meanwhile.
  await expect(submit).not.toHaveAttribute('aria-disabled', 'true', { timeout: 30_000 })
  await click(submit)

  await wizard.at('address')
  await expect(page.getByRole('radio', { name: t('tunnel.provider.ngrok') })).toBeChecked()
  await ngrokLeadsTo(page, world.hooks)
  await paste(wizard.field('ngrokToken'), 'the-token-of-ngrok')
  await click(submit)
  const address = page.getByLabel(t('wizard.webhooks.address'), { exact: true })
  await expect(address).toBeVisible()
  await click(page.getByRole('button', { name: `${t('action.copy')}: ${t('wizard.webhooks.address')}` }))
  await chatra.tells(await address.inputValue())
  await click(submit)

  await wizard.at('test')
  await click(wizard.button('wizard.test.send'))
  await expect(page.getByRole('link', { name: /Open task/ })).toBeVisible({ timeout: 30_000 })
  await click(submit)
  await wizard.at('done')
  await click(wizard.button('wizard.to-overview'))
  await expect(page.getByRole('heading', { level: 1, name: t('nav.overview') })).toBeVisible()
  const seconds = (Date.now() - begun) / 1000

  const stillMs = await page.evaluate(() => (window as unknown as { stillMs: number }).stillMs)
  test.info().annotations.push({
    type: 'path',
    description: JSON.stringify({ ...path, seconds: Math.round(seconds * 10) / 10, stillMs }),
  })
  expect(path.clicks, 'clicks').toBeLessThanOrEqual(MOST.clicks)
  expect(path.fields, 'fields').toBeLessThanOrEqual(MOST.fields)
  expect(path.words, 'words').toBeLessThanOrEqual(MOST.words)
  expect(seconds, 'seconds').toBeLessThan(MOST.seconds)
  expect(stillMs, 'the longest grey block without progress, in ms').toBeLessThanOrEqual(MOST.stillMs)
  expect(await planfix.violations()).toEqual([])
})

/** ngrok is a service of others: the address that the owner would get from it is a static one here. */
async function ngrokLeadsTo(page: Page, address: string): Promise<void> {
  await page.route('**/api/call/tunnel.save', (route) => {
    const { settings } = route.request().postDataJSON()
    return route.continue({
      postData: JSON.stringify({ settings: { ...settings, provider: 'own', own: { address } }, secrets: {} }),
    })
  })
}

/** The lines of text that are to be read now: without what only screen readers say, and without drawings. */
const linesOn = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const lines: string[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement
      if (parent === null || parent.closest('svg, script, style, noscript, textarea') !== null) continue
      const box = parent.getBoundingClientRect()
      const isShown = parent.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true })
      if (isShown && box.width > 2 && box.height > 2) lines.push((node.textContent ?? '').trim())
    }
    return lines.filter((line) => line !== '')
  })

/** Numbers, arrows and dots are not read as words. */
const wordsIn = (line: string): number => line.split(/\s+/).filter((word) => /\p{L}/u.test(word)).length

/** The page notes how long a skeleton has stood at most, as `stillMs`. */
const watchStillness = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const noted = window as unknown as { stillMs: number }
    noted.stillMs = 0
    let since: number | null = null
    setInterval(() => {
      const isStill = document.querySelector('main .mantine-Skeleton-root') !== null
      if (!isStill) since = null
      else since ??= performance.now()
      if (since !== null) noted.stillMs = Math.max(noted.stillMs, Math.round(performance.now() - since))
    }, 50)
  })
