import { call, wizardOn } from '../e2e/wizard-steps.ts'
import type { World } from '../e2e/world.ts'
import { expect, test, until } from './fixtures.ts'
import { opened, tray } from './shown.ts'

test.use({ desktopOptions: { setup: 'empty' } })

test('the wizard stores keys in the keychain, and a message and its reply are delivered', async ({
  world,
}) => {
  const page = await world.page()
  const { chatra, planfix } = world
  const wizard = wizardOn(page, world as unknown as World)
  const { t } = wizard
  await page.getByRole('radio', { name: 'English' }).click()
  await wizard.button('wizard.welcome.begin').click()
  await wizard.at('name')
  // The owner's Chatra is on the internet; that of a test is local.
  const { drafts } = await world.call('state.get', {})
  const { id, settings } = await world.call('setup.get', { id: drafts[0]?.id ?? '' })
  await world.call('setup.save', {
    id,
    settings: {
      ...settings,
      chatra: { ...settings.chatra, baseUrl: chatra.apiUrl },
      planfix: { ...settings.planfix, pollSeconds: 1, requestsPerSecond: 100 },
    },
  })
  await page.reload()
  await wizard.at('name')
  await page.getByLabel(t('wizard.name.label')).fill('shop.example')
  await wizard.onward()

  await wizard.at('chatra')
  await page.getByLabel(t('wizard.chatra.public-key'), { exact: true }).fill(chatra.publicKey)
  await page.getByLabel(t('wizard.chatra.secret-key'), { exact: true }).fill(chatra.secretKey)
  // A link to the keys opens in the system's browser.
  await page.getByRole('link', { name: t('wizard.chatra.open-keys') }).click()
  await expect.poll(() => opened(world.app)).toHaveLength(1)
  await wizard.onward()
  await wizard.at('planfix')
  await page.getByLabel(t('wizard.planfix.address')).fill(planfix.restUrl)
  await page.getByLabel(t('wizard.planfix.token'), { exact: true }).fill(planfix.token)
  await wizard.onward()
  await expect(page.getByText(t('wizard.rights.all'))).toBeVisible()
  await wizard.onward()
  await wizard.at('templates')
  await page.getByRole('combobox', { name: t('wizard.templates.task') }).click()
  await page.getByRole('option', { name: 'Chat with a client' }).click()
  await wizard.onward()
  await wizard.at('employees')
  await expect(page.getByText('Ana Rusu')).toBeVisible()
  await wizard.onward()
  await wizard.at('options')
  await wizard.onward()
  await wizard.at('address')
  await expect(page.getByRole('radio', { name: t('tunnel.provider.ngrok') })).toBeChecked()
  await page.getByRole('radio', { name: t('tunnel.provider.own') }).click()
  await page.getByLabel(t('tunnel.page.own.address')).fill(`${world.hooks}/`)
  await wizard.onward()
  await wizard.at('webhooks')
  await chatra.tells(await page.getByLabel('chatFragment', { exact: true }).inputValue())
  await wizard.onward()
  await wizard.at('channel')
  await wizard.onward()
  await wizard.at('scenario')
  await wizard.onward()

  await wizard.at('test')
  const visitor = await chatra.visit()
  await visitor.says('Is the red one left?')
  await expect(page.getByText('Is the red one left?')).toBeVisible()
  const task = await until('the task', async () => (await planfix.tasks())[0])
  await planfix.replies(task.id, 5, 'Yes, two of them')
  await until('the answer', async () =>
    (await visitor.sees()).some((text) => text.includes('Yes, two of them')),
  )
  expect(await planfix.tasks()).toHaveLength(1)
  await wizard.onward()
  await wizard.at('done')
  await wizard.button('wizard.to-overview').click()
  await expect(page.getByRole('heading', { level: 1, name: t('nav.overview') })).toBeVisible()
  expect((await call(page, 'state.get', {})).secretsKept).toBe('keychain')
  await expect.poll(async () => (await tray(world.app))?.image).toBe('working.png')
})
