import { expect, test, until } from './fixtures.ts'
import { clickMenu, tray } from './shown.ts'

test('a pause for a time switches the connection off, and its end is shown and can come earlier', async ({
  world,
}) => {
  await until('the tray', async () => (await tray(world.app))?.image === 'working.png')
  await clickMenu(world.app, 'pause-quarter')
  await expect.poll(async () => (await tray(world.app))?.image).toBe('paused.png')
  const paused = await until('the end of the pause', async () =>
    (await tray(world.app))?.menu.find(({ id }) => id === 'resume'),
  )
  expect(paused.label).toMatch(/^Resume now \(otherwise at \d\d:\d\d\)$/)
  // Kept meanwhile.
  await (await world.chatra.visit()).says('Is somebody there?')
  await clickMenu(world.app, 'resume')
  await expect.poll(async () => (await tray(world.app))?.image).toBe('working.png')
  await until('the task', async () => (await world.planfix.tasks())[0])
  expect(await world.planfix.tasks()).toHaveLength(1)
  await until('a menu without it', async () =>
    (await tray(world.app))?.menu.every(({ id }) => id !== 'resume'),
  )
})

test('muted notifications say until when, and are shown again', async ({ world }) => {
  await until('the tray', async () => (await tray(world.app))?.image === 'working.png')
  await clickMenu(world.app, 'mute')
  const muted = await until('the end of the mute', async () =>
    (await tray(world.app))?.menu.find(({ id }) => id === 'unmute'),
  )
  expect(muted.label).toMatch(/muted until \d\d:\d\d/)
  await clickMenu(world.app, 'unmute')
  await until('the end', async () => (await tray(world.app))?.menu.some(({ id }) => id === 'mute'))
})

test("the window's menus speak the language that the owner chooses", async ({ world }) => {
  await world.page()
  const labels = () =>
    world.app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.map(({ label }) => label) ?? [])
  expect(await labels()).toContain('Edit')
  await world.call('settings.save', { settings: { language: 'ro' } })
  await expect.poll(labels).toContain('Editare')
})

test("the tray's entries lead to the check-up and the settings", async ({ world }) => {
  await until('the tray', async () => (await tray(world.app))?.image === 'working.png')
  await clickMenu(world.app, 'check-up')
  const page = await world.page()
  await expect.poll(() => page.evaluate(() => location.hash)).toBe('#/diagnostics')
  await clickMenu(world.app, 'settings')
  await expect.poll(() => page.evaluate(() => location.hash)).toBe('#/settings')
})
