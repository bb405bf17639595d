import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page, test as plain } from '@playwright/test'
import type { Chatra, Planfix } from './simulators.ts'
import { type Trouble, watchTrouble } from './trouble.ts'
import { startWorld, type World, type WorldOptions } from './world.ts'

export { expect } from '@playwright/test'
export type { Comment, Task, Visitor } from './simulators.ts'
export { AWAY, WITHOUT_KEY } from './trouble.ts'
export { HOOK_SECRET, until } from './world.ts'

interface Fixtures {
  /** What the world is made of; set it with `test.use({ worldOptions: { setup: 'empty' } })`. */
  worldOptions: WorldOptions
  /** `printed`: the page is open at the printed address and has its state; `nothing`: the test opens it. */
  opens: 'printed' | 'nothing'
  world: World
  chatra: Chatra
  planfix: Planfix
  /** Fails the test in the end unless everything the page complained about was expected. */
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

/** Opens the printed address and waits until a page of the interface is there. */
export async function openPrinted(page: Page, world: World, route = ''): Promise<void> {
  await page.goto(world.ui)
  if (route !== '') await goTo(page, route)
  await expect(page.locator('main h1')).toBeVisible()
}

/** Shows a page of the interface, e.g. `/log`. */
export async function goTo(page: Page, route: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = to
  }, route)
}

/**
 * Fails on anything axe calls serious or critical; `within` narrows it to a part of the page. The dark theme is asked
 * for its colours alone: all else is the same in the light one.
 */
export async function axe(page: Page, within?: string): Promise<void> {
  const builder = new AxeBuilder({ page })
  const theme = await page.locator('html').getAttribute('data-mantine-color-scheme')
  if (theme === 'dark') builder.withRules(['color-contrast', 'link-in-text-block'])
  const { violations } = await (within === undefined ? builder : builder.include(within)).analyze()
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  const told = grave.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help}\n  ${target.join(' ')}\n  ${failureSummary}`),
  )
  expect(told, 'axe finds nothing serious').toEqual([])
}

/** What the system of the owner prefers; the page follows as long as its own setting says "as the system". */
export async function inTheme(page: Page, theme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme: theme })
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', theme)
}

export const sized = (page: Page, width: number, height: number): Promise<void> =>
  page.setViewportSize({ width, height })
