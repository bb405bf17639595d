import { test as plain, expect as plainExpect } from '@playwright/test'
import { type DesktopOptions, type DesktopWorld, startDesktopWorld } from './desktop-world.ts'

export { expect } from '@playwright/test'
export { until } from '../e2e/world.ts'

interface Fixtures {
  /** Set with `test.use({ desktopOptions: { setup: 'empty' } })`. */
  desktopOptions: DesktopOptions
  world: DesktopWorld
}

/** A test with the built desktop application, both services and a keyring. */
export const test = plain.extend<Fixtures>({
  desktopOptions: [{}, { option: true }],
  world: async ({ desktopOptions }, use, testInfo) => {
    const world = await startDesktopWorld(desktopOptions)
    await use(world)
    let said = ''
    try {
      said = world.app.said()
    } catch {
      // The test never started the application.
    }
    if (testInfo.status !== testInfo.expectedStatus)
      await testInfo.attach('what the application said', { body: said, contentType: 'text/plain' })
    await world.end()
    // The caller may have caught the error.
    plainExpect(said, 'the stand-in knows everything that was asked of it').not.toContain('stand-in: unknown')
  },
})
