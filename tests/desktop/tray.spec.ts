import { expect, test, until } from './fixtures.ts'
import { tray, trayShown, windowState } from './shown.ts'

test.describe('a program started at login before the panel', () => {
  test.use({ desktopOptions: { hidden: true, panel: false } })

  test('the tray icon is created when the panel accepts it, and stays', async ({ world }) => {
    test.skip(process.platform !== 'linux', 'only Linux has panels that come up late')
    // The bridge already works; an image created now would stay invisible.
    await until(
      'a first question to the bus',
      async () => (await world.app.evaluate(() => process.uptime())) > 1.5,
    )
    expect(await trayShown(world.app)).toBeNull()
    const panel = await world.showPanel()
    await until('the tray', async () => (await tray(world.app))?.image === 'working.png')
    await until('its registration', () => panel.items.length > 0)
    // Only the stand-in can tell how; the panel has seen it.
    expect(['status-notifier', undefined]).toContain(await trayShown(world.app))
    expect((await windowState(world.app)).count).toBe(0)
  })
})
