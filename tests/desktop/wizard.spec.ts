import { call, pointAtSimulators, wizardOn } from '../e2e/wizard-steps.ts'
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
  await wizard.at('chatra')
  await pointAtSimulators(page, chatra.apiUrl)

  await wizard.at('chatra')
  await wizard.field('chatra.keys').fill(`${chatra.publicKey}\n${chatra.secretKey}`)
  // A link to the keys opens in the system's browser.
  await page.getByRole('link', { name: t('wizard.chatra.open-keys') }).click()
  await expect.poll(() => opened(world.app)).toHaveLength(1)
  await wizard.onward()
  await wizard.at('planfix')
  await page.getByLabel(t('wizard.planfix.address')).fill(planfix.restUrl)
  await page.getByLabel(t('wizard.planfix.token'), { exact: true }).fill(planfix.token)
  await wizard.onward()
  await expect(page.getByText(t('wizard.rights.all', { total: 14 }))).toBeVisible()
  await wizard.onward()
  await wizard.at('templates')
  await page.getByRole('combobox', { name: t('wizard.templates.task') }).click()
  await page.getByRole('option', { name: 'Chat with a client' }).click()
  await wizard.onward()
  await wizard.at('address')
  await expect(page.getByRole('radio', { name: t('tunnel.provider.ngrok') })).toBeChecked()
  await wizard.ownAddress(`${world.hooks}/`)
  await chatra.tells(await page.getByLabel(t('wizard.webhooks.address'), { exact: true }).inputValue())
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
