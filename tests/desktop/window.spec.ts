import { expect, test, until } from './fixtures.ts'
import { clickMenu, clickTray, tray, windowState } from './shown.ts'

test.describe('the first launch', () => {
  test.use({ desktopOptions: { setup: 'empty' } })

  test('the first launch opens the wizard, and the tray shows the missing connection', async ({ world }) => {
    const page = await world.page()
    await expect(page.getByRole('radio', { name: 'English' })).toBeVisible()
    const shown = await until('the tray', () => tray(world.app))
    expect(shown.image).toBe('setup.png')
    expect(shown.menu.map(({ id }) => id)).toEqual([
      ...['state', 'open', 'mute', 'check-up', 'settings', 'updates', 'about', 'quit'],
    ])
  })
})

test('the bridge continues without its closed window, and the tray opens it again', async ({ world }) => {
  const page = await world.page()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await world.closeWindow()
  expect((await windowState(world.app)).count).toBe(0)

  await (await world.chatra.visit()).says('Are you there?')
  await until('the task', async () => (await world.planfix.tasks())[0])
  await clickTray(world.app)
  const again = await world.page()
  await expect(again.getByRole('heading', { level: 1 })).toBeVisible()
  await until('the window to be seen', async () => (await windowState(world.app)).isVisible)

  await world.closeWindow()
  await clickMenu(world.app, 'open')
  await expect((await world.page()).getByRole('heading', { level: 1 })).toBeVisible()
})

test.describe('a program started at login', () => {
  test.use({ desktopOptions: { hidden: true } })

  test('a start at login shows the tray and no window', async ({ world }) => {
    const shown = await until('the tray', async () => {
      const now = await tray(world.app)
      return now?.image === 'working.png' ? now : null
    })
    expect(shown.tip).toContain('\n')
    expect((await windowState(world.app)).count).toBe(0)
  })
})

test('a second start shows the window of the first and exits', async ({ world }) => {
  await world.page()
  await world.closeWindow()
  expect(await world.app.startAgain([])).toBe(0)
  await expect((await world.page()).getByRole('heading', { level: 1 })).toBeVisible()
  expect((await windowState(world.app)).count).toBe(1)
})
