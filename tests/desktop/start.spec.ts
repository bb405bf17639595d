import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { start } from './driver.ts'
import { expect, test } from './fixtures.ts'

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
