import type { Page } from '@playwright/test'
import { axe, expect, goTo, openPrinted, sized, test } from './bench.ts'

/** Their own specs ask axe. */
const PAGES = [
  ['overview', '/'],
  ['messages', '/log'],
  ['employees', '/employees'],
  ['check-up', '/diagnostics'],
  ['settings', '/settings'],
  ['wizard', '/setup'],
] as const

/** Nothing is fetched or drawn any more. */
const settled = (page: Page) => page.waitForLoadState('networkidle')

for (const [name, route] of PAGES) {
  test(`${name}: nothing is cut off at 900 by 600`, async ({ page, world }) => {
    await openPrinted(page, world, route)
    await sized(page, 900, 600)
    await settled(page)
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect(wider, 'pixels that stick out on the right').toBeLessThanOrEqual(0)
  })
}

test('every page can be reached from the list of pages with the keyboard alone', async ({ page }) => {
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

  test('the page leads to the set-up, and a page with nothing on it yet is sound', async ({ page }) => {
    await expect(page).toHaveURL(/#\/setup/)
    await goTo(page, '/log')
    await expect(page.locator('main h1')).toBeVisible()
    await axe(page)
  })
})
