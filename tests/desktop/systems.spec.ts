import { electronBinary } from './driver.ts'
import { expect, test, until } from './fixtures.ts'
import { clickMenu, tray, windowState } from './shown.ts'

/** The branches for other systems, with Electron's behaviour there (fake-electron/platform.ts). */
const SYSTEMS = [
  { platform: 'win32', image: 'working.ico', menus: ['editmenu', '', 'windowmenu'] },
  {
    platform: 'darwin',
    image: 'workingTemplate.png',
    menus: ['appmenu', 'filemenu', 'editmenu', '', 'windowmenu'],
  },
] as const

for (const { platform, image, menus } of SYSTEMS) {
  test.describe(platform, () => {
    test.use({ desktopOptions: { hidden: true, platform, panel: false } })
    test.skip(electronBinary !== null, 'a real system is what it is')

    test('the tray appears, the window opens and closes, a message arrives, and Quit ends it', async ({
      world,
    }) => {
      await until('the tray', async () => (await tray(world.app))?.image === image)
      const dock = () => world.app.evaluate(({ app }) => app.dock?.isVisible() ?? null)
      expect(await dock()).toBe(platform === 'darwin' ? false : null)
      await clickMenu(world.app, 'open')
      await expect((await world.page()).getByRole('heading', { level: 1 })).toBeVisible()
      expect(await dock()).toBe(platform === 'darwin' ? true : null)
      const roles = await world.app.evaluate(({ Menu }) =>
        Menu.getApplicationMenu()?.items.map(({ role }) => (role ?? '').toLowerCase()),
      )
      expect(roles).toEqual(menus)
      await world.closeWindow()
      expect((await windowState(world.app)).count).toBe(0)
      await (await world.chatra.visit()).says('Are you there?')
      await until('the task', async () => (await world.planfix.tasks())[0])
      await clickMenu(world.app, 'quit')
      expect(await world.app.ended).toBe(0)
    })
  })
}
