import { test } from '@playwright/test'
import { startDesktopWorld } from './desktop-world.ts'

test('loop', async () => {
  test.setTimeout(120000)
  const world = await startDesktopWorld()
  try {
    const page = await world.page()
    for (let n = 0; n < 12; n++) {
      await page.getByRole('heading', { level: 1 }).waitFor({ timeout: 5000 })
      await world.app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]?.webContents.loadURL('data:text/html,x'),
      )
      await world.app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]?.webContents.loadURL('bridge://app/'),
      )
      console.log(n)
    }
    await page.getByRole('heading', { level: 1 }).waitFor({ timeout: 5000 })
  } finally {
    console.log(world.app.said().slice(-6000))
    await world.end()
  }
})
