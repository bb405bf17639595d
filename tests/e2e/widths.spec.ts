import type { Page } from '@playwright/test'
import { axeInBothThemes, expect, goTo, test } from './fixtures.ts'
import { line, openLog, panel, talkOf } from './log.ts'

/** CSS pixels; a page at 200 % has half of the window's. */
const WIDTHS = [360, 400, 640, 720, 1024, 1280, 1920, 3840] as const
const ROUTES = [
  '/',
  '/conversations',
  '/log',
  '/report',
  '/employees',
  '/diagnostics',
  '/settings',
  '/settings/shop',
  '/settings/~about',
  '/help',
  '/help/internal-notes',
] as const
const TEXT = 'Do you have the red shoes in size 38, and when could they be in Balti?'

/** What sticks out of the page, or of a part of it that does not scroll sideways on purpose. */
const outside = (page: Page) =>
  page.evaluate(() => {
    const root = document.scrollingElement
    const parts = [root, ...document.querySelectorAll('main, main > div')]
    return parts
      .filter((part) => part !== null && part.scrollWidth > part.clientWidth + 1)
      .map((part) => `${part?.tagName}.${part?.className}: ${part?.scrollWidth} > ${part?.clientWidth}`)
  })

async function showsEverything(page: Page): Promise<void> {
  for (const route of ROUTES) {
    await goTo(page, route)
    await expect(page.locator('main h1')).toBeVisible()
    await expect(page.getByRole('navigation', { name: 'Pages' })).toBeVisible()
    await page.waitForLoadState('networkidle')
    if (route === '/employees') await expect(page.getByText('Ana Rusu').first()).toBeVisible()
    expect(await outside(page), `${route} sticks out`).toEqual([])
  }
  await openLog(page)
  const row = line(page, 'Do you have the red shoes')
  await expect(row).toBeVisible()
  const { width = 0 } = (await row.getByRole('gridcell', { name: 'Do you have' }).boundingBox()) ?? {}
  expect(width, 'room for the words of a message').toBeGreaterThan(150)
  await row.click()
  await expect(panel(page)).toContainText(TEXT)
  await page.keyboard.press('Escape')
  await expect(panel(page)).toHaveCount(0)
}

for (const width of WIDTHS)
  test(`every page is whole at ${width} pixels`, async ({ page, world }) => {
    await talkOf(world, { name: 'Anna Marin-Constantinescu' }, TEXT)
    await page.setViewportSize({ width, height: width < 700 ? 740 : 900 })
    await showsEverything(page)
  })

test.describe('at 200 %', () => {
  test.use({ viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 })
  test('every page is whole in a window of 1280 by 800 at 200 %', async ({ page, world }) => {
    await talkOf(world, { name: 'Anna Marin-Constantinescu' }, TEXT)
    await showsEverything(page)
  })
})

test.describe('in Russian, whose words are long', () => {
  test.use({ worldOptions: { language: 'ru' } })
  test('every page is whole at 360 pixels', async ({ page, world }) => {
    await talkOf(world, { name: 'Anna' }, TEXT)
    await page.setViewportSize({ width: 360, height: 740 })
    for (const route of ROUTES) {
      await goTo(page, route)
      await expect(page.locator('main h1')).toBeVisible()
      expect(await outside(page), `${route} sticks out while it loads`).toEqual([])
      await page.waitForLoadState('networkidle')
      if (route === '/employees') await expect(page.getByText('Ana Rusu').first()).toBeVisible()
      expect(await outside(page), `${route} sticks out`).toEqual([])
    }
  })
})

test('axe finds no serious problem on a phone, also in open menus and lists', async ({ page, world }) => {
  await talkOf(world, { name: 'Anna' }, TEXT)
  await page.setViewportSize({ width: 360, height: 740 })
  for (const route of ROUTES) {
    await goTo(page, route)
    await expect(page.locator('main h1')).toBeVisible()
    await page.waitForLoadState('networkidle')
    await axeInBothThemes(page)
  }
  await goTo(page, '/log')
  await page.getByRole('button', { name: 'Export' }).click()
  await expect(page.getByRole('menuitem').first()).toBeVisible()
  await axeInBothThemes(page)
})

test('fields, boxes and switches have edges of 3 to 1 in both themes', async ({ page }) => {
  // It has switches of both kinds, radios and fields.
  await goTo(page, '/employees')
  await expect(page.getByRole('switch', { checked: false }).first()).toBeAttached()
  await expect(page.getByRole('switch', { checked: true }).first()).toBeAttached()
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme })
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', theme)
    // Borders fade from one theme into the other.
    await page.waitForFunction(() => document.getAnimations().every((one) => one.playState !== 'running'))
    const edges = await page.evaluate(() => {
      const luminance = (colour: string): number => {
        const parts = (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number)
        const [r = 0, g = 0, b = 0] = parts.map((part) => {
          const share = part / 255
          return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
        })
        return 0.2126 * r + 0.7152 * g + 0.0722 * b
      }
      const contrast = (one: string, other: string): number => {
        const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
        return (high + 0.05) / (low + 0.05)
      }
      const ground = getComputedStyle(document.querySelector('main') ?? document.body).backgroundColor
      const of = (selector: string, side: 'borderTopColor' | 'backgroundColor') =>
        [...document.querySelectorAll(selector)].map((element) => ({
          what: `${selector} ${element.id}`,
          contrast: contrast(getComputedStyle(element)[side], ground),
        }))
      return [
        ...of('main input.mantine-Input-input:not(:disabled)', 'borderTopColor'),
        ...of('main .mantine-Switch-root:not(:has(:disabled)) .mantine-Switch-track', 'backgroundColor'),
        ...of('main .mantine-Radio-radio:not(:disabled)', 'borderTopColor'),
        ...of('main .mantine-Button-root[data-variant="default"]:not(:disabled)', 'borderTopColor'),
      ]
    })
    expect(edges.length).toBeGreaterThan(5)
    expect(
      edges.filter((edge) => edge.contrast < 3),
      theme,
    ).toEqual([])
  }
})
