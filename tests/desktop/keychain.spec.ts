import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { HOOK_SECRET } from '../e2e/world.ts'
import { seriousIn } from '../support/axe.ts'
import { expect, test, until } from './fixtures.ts'

/** All files of the data folder, including the log. */
const everythingIn = (dataDir: string): string =>
  readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => readFileSync(join(one.parentPath, one.name), 'latin1'))
    .join('\n')

test('keys are only in the keychain, and a removed connection removes its own', async ({ world }) => {
  const page = await world.page()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  expect(await world.call('state.get', {})).toMatchObject({ secretsKept: 'keychain', keychainTrouble: null })
  const keys = [world.chatra.secretKey, world.planfix.token, HOOK_SECRET]
  const [entry = '', ...others] = Object.values(await world.keychain.entries())
  expect(others).toEqual([])
  expect(keys.filter((secret) => !entry.includes(JSON.stringify(secret)))).toEqual([])
  await (await world.chatra.visit()).says('Hello')
  await until('the task', async () => (await world.planfix.tasks())[0])
  const written = everythingIn(world.dataDir)
  expect(keys.filter((secret) => written.includes(secret))).toEqual([])

  await world.call('connection.remove', { id: 'shop' })
  const left = Object.values(await world.keychain.entries()).join('\n')
  expect(keys.filter((secret) => left.includes(secret))).toEqual([])
})

test('a demo leaves the keychain and the configuration as they are, to the byte', async ({ world }) => {
  const page = await world.page()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  const settings = () =>
    readdirSync(world.dataDir)
      .filter((name) => name.endsWith('.json'))
      .map((name) => [name, readFileSync(join(world.dataDir, name), 'latin1')])
  const { connections } = await world.call('state.get', {})
  const before = { settings: settings(), entries: await world.keychain.entries() }
  expect(before.settings.map(([name]) => name)).toContain('config.json')
  await world.call('demo.start', {})
  await page.getByRole('link', { name: 'Demo', exact: true }).click()
  await page.getByRole('button', { name: 'Next' }).click()
  await expect(page.getByText('In Planfix there is now a contact card')).toBeVisible()
  await page.getByRole('button', { name: 'Stop the demo' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible()
  expect({ settings: settings(), entries: await world.keychain.entries() }).toEqual(before)
  const after = await world.call('state.get', {})
  expect(after.connections.map(({ id, counts }) => [id, counts])).toEqual(
    connections.map(({ id, counts }) => [id, counts]),
  )
  expect(await world.planfix.tasks()).toEqual([])
})

test.describe('without a Secret Service', () => {
  test.use({ desktopOptions: { keyring: 'none' } })
  test.skip(process.platform !== 'linux', 'Windows and macOS always have a keychain')

  test('without a Secret Service the overview explains it and asks for the keys', async ({ world }) => {
    const page = await world.page()
    await expect(page.getByText('sudo apt install gnome-keyring libsecret-1-0')).toBeVisible()
    const keys = page.getByRole('form', { name: 'shop.example' })
    expect(await seriousIn(page)).toEqual([])

    await keys.getByLabel('Chatra: secret key').fill('certainly-not-the-secret-key')
    await keys.getByLabel('Planfix: token').fill(world.planfix.token)
    await keys.getByRole('button', { name: 'Check and use' }).click()
    await expect(keys.getByLabel('Chatra: secret key')).toHaveAttribute('data-invalid', 'true')
    await expect(keys.getByLabel('Planfix: token')).toHaveValue(world.planfix.token)
    await keys.getByLabel('Chatra: secret key').fill(world.chatra.secretKey)
    await keys.getByRole('button', { name: 'Check and use' }).click()
    await expect(keys).toBeHidden()

    await (await world.chatra.visit()).says('Hello')
    await until('the task', async () => (await world.planfix.tasks())[0])
    const written = everythingIn(world.dataDir)
    expect([world.chatra.secretKey, world.planfix.token].filter((key) => written.includes(key))).toEqual([])

    await world.keyring.startDaemon()
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect(page.locator('[data-keychain]')).toBeHidden()
    const entries = Object.values(await world.keychain.entries()).join('\n')
    for (const secret of [world.chatra.secretKey, world.planfix.token, HOOK_SECRET])
      expect(entries).toContain(JSON.stringify(secret))
    expect(everythingIn(world.dataDir)).not.toContain(HOOK_SECRET)
  })
})
