import { readFile } from 'node:fs/promises'
import { expect, test, until } from './fixtures.ts'
import { clickNotification, notifications, opened } from './shown.ts'

test('changed notification settings apply at once: a click opens the task in Planfix', async ({ world }) => {
  const page = await world.page()
  await page.evaluate(() => {
    location.hash = '/settings'
  })
  await expect(page.getByText('Notifications are available in the desktop app only.')).toHaveCount(0)
  await expect(page.getByRole('switch', { name: 'New chats' })).toBeEnabled()
  await page.getByText('the task in Planfix', { exact: true }).click()
  await until(
    'it is kept',
    async () => (await world.call('settings.get', {})).notifications.opens === 'planfix',
  )

  await (await world.chatra.visit()).says('Do you deliver <b>to Cluj</b>?')
  await until('the notification', async () => (await notifications(world.app)).length > 0)
  const task = await until('the task', async () => (await world.planfix.tasks())[0])
  const [shown] = await notifications(world.app)
  expect(shown?.title).toMatch(/^New chat: /)
  expect(shown?.body).not.toContain('<b>')
  await until('a click that opens the task', async () => {
    await clickNotification(world.app, 0)
    return (await opened(world.app)).some((address) => address.endsWith(`/task/${task.id}`))
  })
})

test('quiet hours collect events, and end when they are switched off', async ({ world }) => {
  const page = await world.page()
  const { notifications: settings } = await world.call('settings.get', {})
  await world.call('settings.save', {
    settings: { notifications: { ...settings, quiet: { from: '00:00', to: '23:59' } } },
  })
  await (await world.chatra.visit()).says('Hello')
  await until('the task', async () => (await world.planfix.tasks())[0])
  expect(await notifications(world.app)).toEqual([])
  await page.evaluate(() => {
    location.hash = '/settings'
  })
  const quiet = page.getByRole('switch', { name: /Quiet hours/ })
  await expect(quiet).toBeChecked()
  await quiet.press('Space')
  const [shown] = await until('the summary', async () => {
    const all = await notifications(world.app)
    return all.length > 0 ? all : null
  })
  expect(shown).toMatchObject({
    title: 'During the quiet hours',
    body: expect.stringContaining('1 new chat'),
  })
})

test('start at login explains why it is off here, and the log folder opens', async ({ world }) => {
  const page = await world.page()
  await page.evaluate(() => {
    location.hash = '/settings'
  })
  await expect(page.getByRole('switch', { name: /Start at login/ })).toBeChecked()
  await expect(page.getByText(/The program is not installed/)).toBeVisible()
  await page.getByRole('button', { name: 'Open folder' }).click()
  await until('the folder', async () => (await opened(world.app)).includes(`${world.dataDir}/logs`))
  const lines = (await readFile(`${world.dataDir}/logs/bridge.log`, 'utf8')).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line).msg)).toContain('ready')
})
