import '../support/every-language.ts'
import { expect, type Page, test as plain } from '@playwright/test'
import { seriousIn } from '../support/axe.ts'
import type { Chatra, Planfix } from './simulators.ts'
import { type Trouble, watchTrouble } from './trouble.ts'
import { startWorld, type World, type WorldOptions } from './world.ts'

export { expect } from '@playwright/test'
export type { Task, Visitor } from './simulators.ts'
export { AWAY, WITHOUT_KEY } from './trouble.ts'
export { HOOK_SECRET, until } from './world.ts'

interface Fixtures {
  /** The options of the world; set with `test.use({ worldOptions: { setup: 'empty' } })`. */
  worldOptions: WorldOptions
  /** `printed`: the page is open at the printed address and has its state; `nothing`: the test opens it. */
  opens: 'printed' | 'nothing'
  world: World
  chatra: Chatra
  planfix: Planfix
  /** Fails the test at its end if the page reported anything unexpected. */
  trouble: Trouble
}

/** A test with the built product, both services and a page on it. */
export const test = plain.extend<Fixtures>({
  worldOptions: [{}, { option: true }],
  opens: ['printed', { option: true }],

  world: async ({ worldOptions }, use, testInfo) => {
    const world = await startWorld(worldOptions)
    await use(world)
    if (testInfo.status !== testInfo.expectedStatus)
      await testInfo.attach('server log', { body: world.serverLog(), contentType: 'text/plain' })
    await world.end()
  },
  chatra: ({ world }, use) => use(world.chatra),
  planfix: ({ world }, use) => use(world.planfix),

  trouble: async ({ context }, use) => {
    const trouble = await watchTrouble(context)
    await use(trouble)
    expect(trouble.unexpected(), 'the page complained').toEqual([])
  },

  page: async ({ page, world, opens, trouble: _ }, use) => {
    if (opens === 'printed') await openPrinted(page, world)
    await use(page)
  },
})

/** Opens the printed address and waits until a page of the interface is shown. */
export async function openPrinted(page: Page, world: World, route = ''): Promise<void> {
  await page.goto(world.ui)
  if (route !== '') await goTo(page, route)
  await expect(page.locator('main h1')).toBeVisible()
}

/** The text copied last. The page copies when its button is released: the test awaits `copied`. */
export const expectCopied = (page: Page, copied: string): Promise<void> =>
  expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(copied)

/** Shows a page of the interface, e.g. `/log`. */
export async function goTo(page: Page, route: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = to
  }, route)
}

/** Only the dark theme differs in its colours: everything else is the same as in the light one. */
export const OF_COLOURS = ['color-contrast', 'link-in-text-block']

/** Fails on violations that axe rates serious or critical, in the current theme. */
export async function axe(page: Page): Promise<void> {
  const theme = await page.locator('html').getAttribute('data-mantine-color-scheme')
  const rules = theme === 'dark' ? OF_COLOURS : undefined
  expect(await seriousIn(page, rules), 'axe finds nothing serious').toEqual([])
}

/** As `axe`, in the light theme and then in the dark one, on the same page; ends in the light one. */
export async function axeInBothThemes(page: Page): Promise<void> {
  await axe(page)
  await inTheme(page, 'dark')
  await axe(page)
  await inTheme(page, 'light')
}

/** The system's preference; the page follows it as long as its own setting is "as the system". */
export async function inTheme(page: Page, theme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme: theme })
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', theme)
  // During a transition the colours belong to neither theme.
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter((one) => one.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY)
        .map((one) => one.finished),
    ),
  )
}

/** The smallest window, and a large one. */
export const SIZES = [
  [900, 600],
  [1600, 1000],
] as const

export const sized = (page: Page, width: number, height: number): Promise<void> =>
  page.setViewportSize({ width, height })
