import type { Page } from '@playwright/test'
import { STEPS } from '../../src/shared/api/setup.ts'
import { LANGUAGES } from '../../src/shared/i18n/index.ts'
import { axeInBothThemes, expect, expectCopied, test, until } from './fixtures.ts'
import { call, wizardOn } from './wizard-steps.ts'

test.use({ worldOptions: { setup: 'empty' } })

const NAMES = { en: 'English', ro: 'Română', ru: 'Русский' }
const SAID = { en: 'Is the red one left?', ro: 'Mai aveți roșu?', ru: 'Красный ещё есть?' }
const ANSWERED = { en: 'Yes, two of them', ro: 'Da, două bucăți', ru: 'Да, два' }

for (const language of LANGUAGES) {
  test(`the wizard leads from nothing to the first message and its reply (${language})`, async ({
    page,
    world,
    chatra,
    planfix,
  }) => {
    test.setTimeout(120_000)
    const wizard = wizardOn(page, world, language)
    const { t } = wizard

    // The first launch opens here by itself; the language changes at once.
    await page.getByRole('radio', { name: NAMES[language] }).click()
    await expect(page.getByRole('heading', { level: 1, name: t('wizard.welcome.title') })).toBeVisible()
    await wizard.button('wizard.welcome.begin').click()
    await wizard.at('name')
    await pointAtSimulators(page, chatra.apiUrl)
    await wizard.at('name')
    await page.getByLabel(t('wizard.name.label')).fill('shop.example')
    await page.keyboard.press('Enter')

    await wizard.at('chatra')
    await page.getByLabel(t('wizard.chatra.public-key'), { exact: true }).fill(chatra.publicKey)
    await page.getByLabel(t('wizard.chatra.secret-key'), { exact: true }).fill(chatra.secretKey)
    await wizard.onward()

    await wizard.at('planfix')
    await page.getByLabel(t('wizard.planfix.address')).fill(`  ${planfix.restUrl}/task/1041?x=1 `)
    await expect(page.getByRole('link', { name: planfix.webUrl })).toBeVisible()
    await page.getByLabel(t('wizard.planfix.token'), { exact: true }).fill(planfix.token)
    await wizard.onward()
    await expect(page.getByText(t('wizard.rights.all'))).toBeVisible()
    await wizard.onward()

    await wizard.at('templates')
    // The client template is proposed, because Planfix creates no contact without one.
    await expect(page.getByRole('combobox', { name: t('wizard.templates.contact') })).toHaveValue(
      'Website client',
    )
    await expect(page.getByRole('radio', { name: t('form.client-email.card') })).toBeChecked()
    await expect(page.getByText(t('form.client-email.card.text'))).toBeVisible()
    await page.getByRole('combobox', { name: t('wizard.templates.task') }).click()
    await page.getByRole('option', { name: 'Chat with a client' }).click()
    await wizard.onward()

    await wizard.at('employees')
    await expect(page.getByText('Ana Rusu')).toBeVisible()
    await wizard.onward()
    await wizard.at('options')
    await page.getByRole('switch', { name: t('wizard.options.as-employee') }).click()
    await expect(page.getByText(t('wizard.options.as-employee-on'))).toBeVisible()
    await wizard.onward()

    await wizard.at('address')
    await page.getByLabel(t('tunnel.page.own.address')).fill(`${world.hooks}/`)
    await wizard.onward()

    await wizard.at('webhooks')
    const address = await page.getByLabel('chatFragment', { exact: true }).inputValue()
    await page.getByRole('button', { name: `${t('action.copy')}: chatFragment` }).click()
    await expectCopied(page, address)
    await expect(page.getByText(t('wizard.webhooks.waiting'))).toBeVisible()
    await chatra.tells(address)
    await wizard.onward()
    await wizard.at('channel')
    await wizard.onward()
    await wizard.at('scenario')
    await wizard.onward()

    await wizard.at('test')
    const visitor = await chatra.visit()
    await visitor.says(SAID[language])
    await expect(page.getByText(SAID[language])).toBeVisible()
    const taskLink = page.getByRole('link', {
      name: t('wizard.test.open-task', { id: '' }).trim().split(' ')[0]!,
    })
    await expect(taskLink).toBeVisible()
    const task = await until('the task', async () => (await planfix.tasks())[0])
    expect(await taskLink.getAttribute('href')).toBe(`${planfix.webUrl}/task/${task.id}`)
    await planfix.replies(task.id, 5, ANSWERED[language])
    await expect(page.getByText(t('wizard.test.works'))).toBeVisible({ timeout: 30_000 })
    expect((await visitor.sees()).filter((text) => text.includes(ANSWERED[language]))).toHaveLength(1)
    expect(await planfix.tasks()).toHaveLength(1)
    const comments = await planfix.comments(task.id)
    // The task's description is the first entry of its feed.
    expect(comments.filter((one) => one.description.includes(SAID[language]))).toHaveLength(1)
    expect(await planfix.violations()).toEqual([])

    await wizard.onward()
    await wizard.at('done')
    await expect(page.getByText(t('wizard.done.tested'))).toBeVisible()
    await expect(page.getByText('BRIDGE_SHOP_PLANFIX_TOKEN')).toBeVisible()
    await wizard.button('wizard.to-overview').click()
    await expect(page.getByRole('heading', { level: 1, name: t('nav.overview') })).toBeVisible()
    await expect(page.getByText('shop.example').first()).toBeVisible()
    expect((await call(page, 'state.get', {})).drafts).toEqual([])
  })
}

test('the live check turns green when the first event arrives', async ({ page, world, chatra }) => {
  const wizard = wizardOn(page, world)
  const draft = await wizard.begin()
  await wizard.connect(draft)
  await wizard.show(draft, 'webhooks')
  await wizard.at('webhooks')
  await expect(page.getByText(wizard.t('wizard.webhooks.waiting'))).toBeVisible()
  await chatra.tells(await page.getByLabel('chatStarted', { exact: true }).inputValue())
  await (await chatra.visit()).says('Hello')
  await expect(page.getByText('It works: Chatra has told the bridge something')).toBeVisible()
})

test('every step works with the keyboard alone, with the focus on each heading', async ({
  page,
  world,
  chatra,
}) => {
  const wizard = wizardOn(page, world)
  await wizard.begin('language')
  const heading = page.getByRole('heading', { level: 2 })
  await wizard.at('language')
  await expect(heading).toBeFocused()
  // Language, Continue.
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await wizard.at('name')
  await expect(heading).toBeFocused()
  await page.keyboard.press('Tab')
  await page.keyboard.type('shop.example')
  await page.keyboard.press('Enter')
  await wizard.at('chatra')
  await expect(heading).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: wizard.t('wizard.chatra.open-keys') })).toBeFocused()
  await page.keyboard.press('Tab')
  await page.keyboard.type(chatra.publicKey)
  await page.keyboard.press('Tab')
  await page.keyboard.type(chatra.secretKey)
  await page.keyboard.press('Enter')
  await wizard.at('planfix')
  await expect(heading).toBeFocused()
})

test('axe finds no serious problem on any step, in either theme', async ({ page, world }) => {
  test.setTimeout(120_000)
  await axeInBothThemes(page)
  const wizard = wizardOn(page, world)
  const draft = await wizard.begin('name')
  await wizard.onward()
  await expect(wizard.field('name')).toBeFocused()
  await axeInBothThemes(page)
  await wizard.connect(draft)
  for (const step of STEPS.filter((one) => one !== 'name')) {
    await wizard.show(draft, step)
    await wizard.at(step)
    await expect(page.locator('[data-animate]')).toHaveCount(0)
    await axeInBothThemes(page)
  }
})

/**
 * The owner's Chatra is on the internet; that of a test is local. The draft on the page is updated and read again.
 */
async function pointAtSimulators(page: Page, apiUrl: string): Promise<void> {
  const { drafts } = await call(page, 'state.get', {})
  const { id, settings } = await call(page, 'setup.get', { id: drafts[0]?.id ?? '' })
  const planfix = { ...settings.planfix, pollSeconds: 1, requestsPerSecond: 100 }
  const chatra = { ...settings.chatra, baseUrl: apiUrl }
  await call(page, 'setup.save', { id, settings: { ...settings, chatra, planfix } })
  await page.reload()
}
