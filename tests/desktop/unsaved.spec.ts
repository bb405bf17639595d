import type { DesktopWorld } from './desktop-world.ts'
import { expect, test, until } from './fixtures.ts'
import { windowState } from './shown.ts'

type Asked = typeof globalThis & { asked?: number }

/** Closes the window; `answer` is the index of the button in the dialog: 0 = stay, 1 = leave. */
const closes = (world: DesktopWorld, response: number) =>
  world.app.evaluate(({ BrowserWindow, dialog }, chosen) => {
    dialog.showMessageBox = async () => {
      const here = globalThis as Asked
      here.asked = (here.asked ?? 0) + 1
      return { response: chosen, checkboxChecked: false }
    }
    BrowserWindow.getAllWindows()[0]?.close()
  }, response)
const asked = (world: DesktopWorld) => world.app.evaluate(() => (globalThis as Asked).asked ?? 0)

test('a window with unsaved input asks before it closes', async ({ world }) => {
  const page = await world.page()
  await page.evaluate(() => {
    location.hash = '/settings/shop'
  })
  const field = page.getByRole('textbox').first()
  await field.fill('changed and not saved')
  await closes(world, 0)
  await until('the question', async () => (await asked(world)) === 1)
  expect((await windowState(world.app)).count).toBe(1)
  await expect(field).toHaveValue('changed and not saved')

  await closes(world, 1)
  await until('the window to go', async () => (await windowState(world.app)).count === 0)
  expect(await asked(world)).toBe(2)
})
