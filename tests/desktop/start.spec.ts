import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { start } from './driver.ts'
import { expect, test, until } from './fixtures.ts'

test('a failed start shows the reason and exits: no windowless process keeps the lock', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bridge-start-'))
  const { DBUS_SESSION_BUS_ADDRESS: _, ...env } = process.env
  try {
    const file = join(folder, 'a-file')
    await writeFile(file, '')
    const app = await start({ env: { ...env, BRIDGE_DATA_DIR: file, HOME: folder, XDG_RUNTIME_DIR: folder } })
    expect(await app.ended).toBe(1)
    expect(app.said()).toContain(`error box: The bridge cannot start: The data folder ${file} cannot be used`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test.describe('a start that takes long', () => {
  test.use({ desktopOptions: { started: false } })

  test('shows how far it is, and gives way to the window', async ({ world }) => {
    test.skip(process.platform !== 'linux', 'only there a keychain can be stopped')
    world.keyring.freeze()
    const started = world.start()
    const pages = async () =>
      world.app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows().flatMap((one) => (one.isVisible() ? [one.webContents.getURL()] : [])),
      )
    // The program itself may not be there yet.
    const page = await until('the page of the start', async () =>
      (await pages().catch(() => [])).find((one) => one.startsWith('data:')),
    )
    world.keyring.thaw()
    expect(decodeURIComponent(page)).toMatch(
      /<li class="now" aria-current="step">(Getting the keys|Opening the saved messages)/,
    )
    await started
    await expect((await world.page()).getByRole('heading', { level: 1 })).toBeVisible()
    await until('one window', async () => (await pages()).length === 1)
  })
})
