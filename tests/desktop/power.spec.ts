import type { DesktopWorld } from './desktop-world.ts'
import { expect, test, until } from './fixtures.ts'
import { clickMenu, tray, windowState } from './shown.ts'

const emit = (world: DesktopWorld, event: 'suspend' | 'resume' | 'shutdown') =>
  world.app.evaluate(({ powerMonitor }, name) => {
    ;(powerMonitor as NodeJS.EventEmitter).emit(name, { preventDefault() {} })
  }, event)

/** All texts of a task, its description first. */
async function saidIn(world: DesktopWorld): Promise<string> {
  const tasks = await world.planfix.tasks()
  const comments = await Promise.all(tasks.map(({ id }) => world.planfix.comments(id)))
  return comments
    .flat()
    .map(({ description }) => description)
    .join('\n')
}

test.describe('a computer that sleeps', () => {
  test.use({ desktopOptions: { hidden: true } })

  test('messages written on both sides during sleep arrive once after the wake', async ({ world }) => {
    const visitor = await world.chatra.visit()
    await visitor.says('before the night')
    const task = await until('the task', async () => (await world.planfix.tasks())[0])

    await emit(world, 'suspend')
    // Windows stops no process by a signal: there it sleeps less deeply.
    const stops = process.platform !== 'win32'
    if (stops) world.app.kill('SIGSTOP')
    const said = visitor.says('during the night')
    await world.planfix.replies(task.id, 5, 'answered during the night')
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(await visitor.sees()).not.toContainEqual(expect.stringContaining('answered during'))
    if (stops) world.app.kill('SIGCONT')
    await emit(world, 'resume')
    await said

    await until('the message', async () => (await saidIn(world)).includes('during the night'))
    await until('the reply', async () =>
      (await visitor.sees()).some((text) => text.includes('answered during')),
    )
    await visitor.says('in the morning')
    await until('the next one', async () => (await saidIn(world)).includes('in the morning'))
    expect((await saidIn(world)).split('during the night')).toHaveLength(2 + 1)
    expect((await visitor.sees()).filter((text) => text.includes('answered during'))).toHaveLength(1)
    expect(await world.planfix.tasks()).toHaveLength(1)
  })
})

test.describe('the end of the program', () => {
  test.use({ desktopOptions: { hidden: true, planfixSettings: { requestsPerSecond: 4 } } })

  // Only Linux and macOS announce the end of the session; Windows, and a Linux session whose bus or display ends
  // first, kill the program.
  for (const how of ['the menu', 'the system', 'a signal', 'a cut without a word'] as const) {
    test(`the program ends by ${how} during deliveries within 5 s, without loss or duplicates`, async ({
      world,
    }) => {
      const isTold = how !== 'the system' && how !== 'a signal'
      test.skip(!isTold && process.platform === 'win32', 'Windows does not tell')
      await until('the tray', async () => (await tray(world.app))?.image === 'working.png')
      const texts: string[] = []
      for (let client = 0; client < 4; client++) {
        const visitor = await world.chatra.visit({ name: `Client ${client}` })
        for (let n = 0; n < 4; n++) {
          const text = `message ${client}-${n};`
          texts.push(text)
          await visitor.says(text)
        }
      }
      // Chatra posts each event once: an event that reaches nobody is lost, and not by the bridge.
      await world.chatra.post('flush')
      await until('the first of them', async () => (await world.planfix.tasks()).length > 0)
      const begun = Date.now()
      if (how === 'the menu') await clickMenu(world.app, 'quit')
      else if (how === 'the system') await emit(world, 'shutdown')
      else world.app.kill(how === 'a signal' ? 'SIGTERM' : 'SIGKILL')
      const code = await world.app.ended
      if (how !== 'a cut without a word') expect(code).toBe(0)
      // Windows knows no signals: it gives a killed program a code.
      else expect(code === null || process.platform === 'win32').toBe(true)
      expect(Date.now() - begun).toBeLessThan(5000)
      const before = await saidIn(world)
      expect(
        texts.every((text) => before.includes(text)),
        'everything was there already',
      ).toBe(false)

      await world.start(['--hidden'])
      await until(
        'all of them',
        async () => {
          const all = await saidIn(world)
          return texts.every((text) => all.includes(text))
        },
        30_000,
      )
      const all = await saidIn(world)
      expect(texts.filter((text) => all.split(text).length !== 2)).toEqual([])
      expect(await world.planfix.tasks()).toHaveLength(4)
    })
  }
})

test.describe('a window whose page crashes', () => {
  test('a crashed window is created again at the same page, and the bridge continues', async ({ world }) => {
    const page = await world.page()
    await page.evaluate(() => {
      location.hash = '/employees'
    })
    await expect(page.getByText('Ana Rusu').first()).toBeVisible()
    await world.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
    )
    await until('the broken one to go', () => page.isClosed())
    await expect((await world.page()).getByText('Ana Rusu').first()).toBeVisible()
    expect((await windowState(world.app)).count).toBe(1)
  })
})
