import { expect, test, until } from './fixtures.ts'
import { clickMenu, clickNotification, notifications, opened, tray, windowState } from './shown.ts'

test.describe('a new chat', () => {
  test.use({ desktopOptions: { hidden: true } })

  test('a new chat is notified, and a click opens the conversation', async ({ world }) => {
    await until('the tray', async () => (await tray(world.app))?.image === 'working.png')
    const visitor = await world.chatra.visit({ name: 'Maria Popa' })
    await visitor.says('Do you deliver to Cahul?')
    const [told] = await until('the notification', async () => {
      const shown = await notifications(world.app)
      return shown.length > 0 ? shown : null
    })
    expect(told?.title).toContain('Maria Popa')
    expect(told?.body).toContain('Do you deliver to Cahul?')
    expect((await windowState(world.app)).count).toBe(0)

    await clickNotification(world.app, 0)
    const page = await world.page()
    await expect(page.getByText('Do you deliver to Cahul?').first()).toBeVisible()
    expect(await page.evaluate(() => location.hash)).toMatch(/^#\/conversation\/\d+$/)

    // The same client continues: that is no new chat.
    await visitor.says('Hello?')
    await until('the second message', async () => {
      const [task] = await world.planfix.tasks()
      return (
        task !== undefined &&
        (await world.planfix.comments(task.id)).some((one) => one.description.includes('Hello?'))
      )
    })
    expect(await notifications(world.app)).toHaveLength(1)
    expect((await tray(world.app))?.menu.map(({ label }) => label)).toContain('Maria Popa')
  })
})

test.describe('with tasks chosen for clicks', () => {
  test.use({ desktopOptions: { hidden: true, configuration: { notifications: { opens: 'planfix' } } } })

  test('with tasks chosen for clicks, a click opens the task in the browser', async ({ world }) => {
    await until('the tray', async () => (await tray(world.app))?.image === 'working.png')
    await (await world.chatra.visit({ name: 'Maria Popa' })).says('Good morning')
    await until('the notification', async () => (await notifications(world.app)).length > 0)
    const task = await until('the task', async () => (await world.planfix.tasks())[0])
    await until('the task to open', async () => {
      await clickNotification(world.app, 0)
      return (await opened(world.app)).includes(`${world.planfix.webUrl}/task/${task.id}`)
    })
  })
})

test('a connection paused from the tray delivers nothing, and resumed delivers once', async ({ world }) => {
  await until('the tray', async () => (await tray(world.app))?.image === 'working.png')
  const visitor = await world.chatra.visit()
  await visitor.says('before')
  const task = await until('the task', async () => (await world.planfix.tasks())[0])

  await clickMenu(world.app, 'switch-shop')
  await expect.poll(async () => (await tray(world.app))?.image).toBe('paused.png')
  await world.planfix.replies(task.id, 5, 'written meanwhile')
  // Without the fix, the watcher's click would have happened twice.
  await new Promise((resolve) => setTimeout(resolve, 2500))
  expect((await visitor.sees()).filter((text) => text.includes('written meanwhile'))).toEqual([])

  await clickMenu(world.app, 'switch-shop')
  await expect.poll(async () => (await tray(world.app))?.image).toBe('working.png')
  await until('the reply', async () =>
    (await visitor.sees()).some((text) => text.includes('written meanwhile')),
  )
  expect((await visitor.sees()).filter((text) => text.includes('written meanwhile'))).toHaveLength(1)
})
