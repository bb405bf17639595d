import type { Page } from '@playwright/test'
import { axe, expect, goTo, inTheme, sized, test } from './fixtures.ts'

/** Their own specs run axe. */
const PAGES = [
  ['overview', '/'],
  ['messages', '/log'],
  ['employees', '/employees'],
  ['check-up', '/diagnostics'],
  ['settings', '/settings'],
  ['wizard', '/setup'],
] as const

/** No request or drawing is pending. */
const settled = (page: Page) => page.waitForLoadState('networkidle')

test('no page is cut off at 900 by 600', async ({ page }) => {
  await sized(page, 900, 600)
  for (const [name, route] of PAGES) {
    await goTo(page, route)
    await expect(page.locator('main h1')).toBeVisible()
    await settled(page)
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect(wider, `${name}: pixels that stick out on the right`).toBeLessThanOrEqual(0)
  }
})

test('axe in these tests finds deliberate problems in each theme', async ({ page }) => {
  await page.evaluate(() => {
    const text = document.createElement('p')
    text.textContent = 'Hardly to be read'
    Object.assign(text.style, { color: '#777', background: '#888' })
    document.querySelector('main')?.prepend(document.createElement('button'), text)
  })
  const found = async () => String(await axe(page).catch((error) => error))
  const inLight = await found()
  expect(inLight).toContain('button-name')
  expect(inLight).toContain('color-contrast')
  await inTheme(page, 'dark')
  expect(await found()).toContain('color-contrast')
})

test('every page can be reached from the navigation with the keyboard alone', async ({ page }) => {
  const list = page.getByRole('navigation', { name: 'Pages' })
  for (const name of ['Messages', 'Employees', 'Check-up', 'Settings', 'Overview']) {
    const link = list.getByRole('link', { name })
    await link.focus()
    await page.keyboard.press('Enter')
    await expect(link).toHaveAttribute('aria-current', 'page')
    await expect(page.locator('main h1')).toBeVisible()
  }
})

test.describe('on the first launch', () => {
  test.use({ worldOptions: { setup: 'empty' } })

  test('on the first launch the page leads to the set-up, and empty pages are accessible', async ({
    page,
  }) => {
    await expect(page).toHaveURL(/#\/setup/)
    await goTo(page, '/log')
    await expect(page.locator('main h1')).toBeVisible()
    await axe(page)
  })
})
