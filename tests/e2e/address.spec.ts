import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { NODE } from '../../scripts/build.ts'
import { translate } from '../../src/shared/i18n/index.ts'
import { BUILT, startProgram } from '../crash/processes.ts'
import { freePort } from '../support/free-port.ts'
import { hasSshd, Sshd } from '../support/sshd.ts'
import { axe, axeInBothThemes, expect, goTo, SIZES, sized, test } from './fixtures.ts'
import { wizardOn } from './wizard-steps.ts'

const NAMES = {
  own: 'Your own address',
  ngrok: 'ngrok',
  ssh: 'SSH server',
  relay: 'Relay',
  none: 'None',
} as const

const ends: (() => Promise<unknown>)[] = []
test.afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

test.describe('an address of the owner’s own', () => {
  test('a static address is proven, and reported when it leads elsewhere', async ({ page, world }) => {
    await choose(page, 'own')
    await page.getByRole('textbox', { name: 'Public address', exact: true }).fill(`${world.hooks}/healthz`)
    await save(page)
    await works(page)
    await expect(page.getByRole('textbox', { name: 'Public address', exact: true })).toHaveValue(world.hooks)
    await expect(state(page)).toContainText('Method: Your own address')
    await page.getByRole('button', { name: 'Check now' }).click()
    await works(page)

    const nowhere = `http://127.0.0.1:${await freePort()}`
    await page.getByRole('textbox', { name: 'Public address', exact: true }).fill(nowhere)
    await expect(page.getByText(/paste the webhook addresses into Chatra again/)).toBeVisible()
    await save(page)
    await expect(page.getByText(/There is no response at this address/)).toBeVisible()
    await expect(state(page)).toContainText('Not reachable')
    await goTo(page, '/')
    const card = page.getByRole('article', { name: 'Public address' })
    await expect(card).toContainText('not reachable')
    await expect(card).toContainText('Your own address')
    await expect(card).toContainText(/There is no response at this address/)
  })

  test('a changed but unsaved address is asked about, and can be discarded', async ({ page, world }) => {
    await choose(page, 'own')
    await page.getByRole('textbox', { name: 'Public address', exact: true }).fill(world.hooks)
    await goTo(page, '/')
    await expect(page.getByRole('dialog', { name: 'Leave without saving?' })).toBeVisible()
    await page.getByRole('button', { name: 'Keep editing' }).click()
    await page.getByRole('button', { name: 'Discard changes' }).click()
    await expect(card(page, 'none')).toBeChecked()
  })
})

test("missing values are named at their fields, and ngrok's token is stored unseen", async ({
  page,
  world,
}) => {
  await choose(page, 'ssh')
  await save(page)
  await expect(page.getByText(translate('en', 'tunnel.page.empty'))).toHaveCount(2)
  await expect(page.getByLabel('Server', { exact: true })).toBeFocused()
  await page.getByLabel('Server', { exact: true }).fill('a b')
  await page.getByLabel('User', { exact: true }).fill('me')
  await save(page)
  // The application's own error, at the same field.
  await expect(page.getByLabel('Server', { exact: true })).toHaveAttribute('aria-invalid', 'true')
  await page.getByLabel('Server', { exact: true }).fill('server.example')
  await page.getByLabel('Private key', { exact: true }).fill('nonsense')
  await save(page)
  await expect(page.getByText(/private key cannot be read/).first()).toBeVisible()
  await expect(page.getByLabel('Private key', { exact: true })).toHaveValue('nonsense')

  await page.getByRole('button', { name: 'Discard changes' }).click()
  await card(page, 'ngrok').click()
  await save(page)
  await expect(page.getByText(/ngrok needs your authtoken/).first()).toBeVisible()
  await page.getByLabel('ngrok token', { exact: true }).fill('two words')
  await save(page)
  await expect(page.getByText(/An ngrok token has no spaces/).first()).toBeVisible()
  const { settings } = await world.call('tunnel.get', {})
  expect(settings.provider).toBe('none')
})

test.describe('an SSH server', () => {
  test.skip(!hasSshd, 'no OpenSSH server on this computer')

  test('an SSH server is saved once the address works; a changed key is refused and trusted', async ({
    page,
    world,
  }) => {
    const sshd = await Sshd.start()
    ends.push(() => sshd.stop())
    const port = await freePort()
    await choose(page, 'ssh')
    await page.getByLabel('Server', { exact: true }).fill('127.0.0.1')
    await page.getByLabel('Port', { exact: true }).fill(String(sshd.port))
    await page.getByLabel('User', { exact: true }).fill(sshd.user)
    await page.getByLabel('Private key', { exact: true }).fill(sshd.key)
    await page.getByLabel('Public address (optional)').fill(`http://127.0.0.1:${port}`)
    await page.getByLabel('Port on the server').fill(String(port))
    await save(page)
    await works(page)
    const keys = page.getByRole('group', { name: 'Key of the server' })
    await expect(keys).toContainText(sshd.fingerprint('ed25519'))
    await expect(page.getByLabel('Private key', { exact: true })).toHaveCount(0)
    await expect(page.getByRole('button', { name: 'Replace: Private key' })).toBeVisible()
    expect(await page.content()).not.toContain('PRIVATE KEY')

    const known = sshd.fingerprint('ed25519')
    await sshd.kill()
    sshd.newHostKey('ed25519')
    await sshd.run()
    const shown = sshd.fingerprint('ed25519')
    await expect(page.getByText(/shows a different key than before\. Either/)).toBeVisible()
    await expect(page.getByText('It is not retried automatically: action needed.')).toBeVisible()
    await expect(keys).toContainText(known)
    await expect(keys).toContainText(shown)
    await axe(page)
    await goTo(page, '/')
    await expect(page.getByRole('main')).toContainText(shown)
    await goTo(page, '/settings/~address')
    await keys.getByRole('button', { name: 'Trust the new key' }).click()
    const question = page.getByRole('dialog', { name: 'Trust the new key?' })
    await expect(question).toContainText(shown)
    await question.getByRole('button', { name: 'Trust the new key' }).click()
    await works(page)
    await expect(keys).not.toContainText(known)
    expect((await world.call('tunnel.get', {})).hostKey.refused).toBeNull()
  })
})

test('a relay is paired by its code, a wrong code is refused, and a restart is survived', async ({
  page,
}) => {
  const { start, code: newCode } = await relayProgram()
  let relay = await start()
  ends.push(() => relay.end())
  await choose(page, 'relay')
  await page.getByLabel('Address of the relay').fill(relay.ready.control)
  const code = page.getByLabel('Pairing code', { exact: true })
  await page.getByRole('button', { name: 'Pair', exact: true }).click()
  await expect(page.getByText('Enter the code that the relay shows.')).toBeVisible()
  await code.fill('not a code')
  await page.getByRole('button', { name: 'Pair', exact: true }).click()
  await expect(page.getByText(/Enter the whole pairing code/).first()).toBeVisible()
  await expect(code).toBeFocused()
  await expect(code).toHaveValue('not a code')
  await code.fill(await newCode())
  await page.getByRole('button', { name: 'Pair', exact: true }).click()
  await expect(page.getByText(`Paired with ${relay.ready.control}`)).toBeVisible()
  await works(page)
  await relay.end()
  await expect(state(page)).toContainText('Not reachable')
  await expect(page.getByText(/Not reachable since/)).toBeVisible()
  relay = await start()
  await page.getByRole('button', { name: 'Check now' }).click()
  await works(page)
})

test.describe('the wizard', () => {
  test.use({ worldOptions: { setup: 'empty' } })

  test('the wizard offers the same providers, names problems, and continues once proven', async ({
    page,
    world,
  }) => {
    const { start, code } = await relayProgram()
    const relay = await start()
    ends.push(() => relay.end())
    const wizard = wizardOn(page, world)
    const draft = await wizard.begin()
    await wizard.connect(draft)
    await wizard.show(draft, 'address')
    await expect(card(page, 'ngrok')).toBeChecked()
    await wizard.onward()
    await expect(page.getByText(wizard.t('tunnel.problem.ngrok.no-token'))).toBeVisible()
    await expect(wizard.field('ngrokToken')).toBeFocused()
    await wizard.field('ngrokToken').fill('two words')
    await wizard.onward()
    await expect(page.getByText(wizard.t('tunnel.problem.ngrok.token-form'))).toBeVisible()
    await expect(wizard.field('ngrokToken')).toHaveValue('two words')
    // Going back loses nothing.
    await wizard.back()
    await wizard.at('templates')
    await wizard.onward()
    await wizard.at('address')
    await expect(wizard.field('ngrokToken')).toHaveValue('two words')

    await card(page, 'relay').click()
    await wizard.field('relay.url').fill(relay.ready.control)
    await wizard.field('code').fill(await code())
    await wizard.onward()
    await expect(page.getByLabel(wizard.t('wizard.webhooks.address'), { exact: true })).toBeVisible()
    await expect(
      page.getByText(wizard.t('wizard.address.proven', { address: relay.ready.control })),
    ).toBeVisible()
    await axe(page)
  })

  test('the wizard lets the owner correct a server that does not answer later', async ({ page, world }) => {
    const wizard = wizardOn(page, world)
    const draft = await wizard.begin()
    await wizard.connect(draft)
    await wizard.show(draft, 'address')
    await wizard.button('tunnel.page.technicians').click()
    await card(page, 'ssh').click()
    await wizard.field('ssh.host').fill('127.0.0.1')
    await wizard.field('ssh.port').fill(String(await freePort()))
    await wizard.field('ssh.user').fill('me')
    await page.getByText(wizard.t('tunnel.page.ssh.login.password'), { exact: true }).click()
    await wizard.field('sshPassword').fill('right-password')
    await wizard.onward()
    await expect(page.getByRole('alert')).toContainText('refused the connection of “me”')
    await expect(page.getByText(wizard.t('tunnel.page.wizard.insist'))).toBeVisible()
    await expect(wizard.field('ssh.host')).toHaveValue('127.0.0.1')
    await expect(page.getByText('right-password')).toHaveCount(0)
    await wizard.button('wizard.address.insist').click()
    await expect(page.getByLabel(wizard.t('wizard.webhooks.address'), { exact: true })).toBeVisible()
  })
})

test('axe finds no serious problem in any form, small and large, in either theme', async ({ page }) => {
  await goTo(page, '/settings/~address')
  for (const provider of ['own', 'ngrok', 'ssh', 'relay', 'none'] as const) {
    await card(page, provider).click()
    await expect(card(page, provider)).toBeChecked()
    if (provider === 'ssh') await page.getByRole('button', { name: 'Save' }).click()
    for (const [width, height] of SIZES) {
      await sized(page, width, height)
      await axeInBothThemes(page)
    }
  }
})

test('the providers are chosen with the keyboard alone', async ({ page }) => {
  await goTo(page, '/settings/~address')
  await card(page, 'none').focus()
  await page.keyboard.press('ArrowUp')
  await expect(card(page, 'ssh')).toBeChecked()
  await page.keyboard.press('Tab')
  await expect(page.getByLabel('Server', { exact: true })).toBeFocused()
  await card(page, 'ssh').focus()
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowUp')
  await expect(card(page, 'relay')).toBeChecked()
  await expect(page.getByLabel('Address of the relay')).toBeVisible()
})

// ---- helpers

const card = (page: Page, provider: keyof typeof NAMES) =>
  page.getByRole('radio', { name: NAMES[provider], exact: true })
const state = (page: Page) => page.getByRole('region', { name: 'Public address' }).getByRole('status')
const save = (page: Page) => page.getByRole('button', { name: 'Save', exact: true }).click()
const works = (page: Page) => expect(state(page)).toContainText('Reachable: checked')

async function choose(page: Page, provider: keyof typeof NAMES): Promise<void> {
  await goTo(page, '/settings/~address')
  await card(page, provider).click()
}

/** A relay as a process, on a folder and port of its own. */
async function relayProgram() {
  const dir = await mkdtemp(join(tmpdir(), 'relay-e2e-'))
  ends.push(() => rm(dir, { recursive: true, force: true }))
  const program = join(BUILT, 'relay.js')
  const port = String(await freePort())
  return {
    start: () => startProgram<{ control: string }>([program, '--data-dir', dir, '--port', port]),
    /** A code as the relay prints it. */
    async code(): Promise<string> {
      const child = spawn(NODE, [program, 'pair', '--data-dir', dir])
      let said = ''
      for await (const data of child.stdout) said += data
      const code = /^([0-9A-Z]{4}-){6}[0-9A-Z]{4}$/m.exec(said)?.[0]
      if (code === undefined) throw new Error(`no code: ${said}`)
      return code
    },
  }
}
