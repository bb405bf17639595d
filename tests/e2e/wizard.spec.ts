import type { Page } from '@playwright/test'
import { STEPS } from '../../src/shared/api/setup.ts'
import { LANGUAGES } from '../../src/shared/i18n/index.ts'
import { axe, axeInBothThemes, expect, expectCopied, sized, test, until } from './fixtures.ts'
import { call, pointAtSimulators, wizardOn } from './wizard-steps.ts'

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
    await wizard.at('chatra')
    await pointAtSimulators(page, chatra.apiUrl)
    await wizard.at('chatra')
    const keys = page.getByLabel(t('wizard.chatra.keys'), { exact: true })
    await keys.fill(`Secret: ${chatra.secretKey}\nPublic: ${chatra.publicKey}`)
    // It says which is which, the secret one without its end.
    await expect(page.getByText(chatra.publicKey, { exact: true })).toBeVisible()
    await wizard.onward()

    await wizard.at('planfix')
    await page.getByLabel(t('wizard.planfix.address')).fill(`  ${planfix.restUrl}/task/1041?x=1 `)
    await expect(page.getByRole('link', { name: planfix.webUrl })).toBeVisible()
    await page.getByLabel(t('wizard.planfix.token'), { exact: true }).fill(planfix.token)
    await wizard.onward()
    await expect(page.getByText(t('wizard.rights.all', { total: 14 }))).toBeVisible()
    await wizard.onward()

    await wizard.at('templates')
    // The client template is proposed, because Planfix creates no contact without one.
    await expect(page.getByRole('combobox', { name: t('wizard.templates.contact') })).toHaveValue(
      'Website client',
    )
    await page.getByRole('combobox', { name: t('wizard.templates.task') }).click()
    await page.getByRole('option', { name: 'Chat with a client' }).click()
    await page.getByRole('switch', { name: t('wizard.options.as-employee') }).click()
    await expect(page.getByText(t('wizard.options.as-employee-on'))).toBeVisible()
    // The rest has defaults.
    await page.getByRole('button', { name: t('wizard.more') }).click()
    await expect(page.getByLabel(t('wizard.name.label'))).toHaveValue(new URL(planfix.restUrl).host)
    await expect(page.getByRole('radio', { name: t('form.client-email.card') })).toBeChecked()
    await wizard.onward()

    await wizard.at('address')
    await wizard.ownAddress(`${world.hooks}/`)
    const address = await page.getByLabel(t('wizard.webhooks.address'), { exact: true }).inputValue()
    await page.getByRole('button', { name: `${t('action.copy')}: ${t('wizard.webhooks.address')}` }).click()
    await expectCopied(page, address)
    await expect(page.getByText(t('wizard.webhooks.waiting'))).toBeVisible()
    await chatra.tells(address)
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
    // The site is known by now, a better name than that of the account.
    await page.getByRole('button', { name: t('wizard.done.name-site', { name: 'shop.example' }) }).click()
    await wizard.at('done')
    await expect(page.getByText('BRIDGE_SHOP_PLANFIX_TOKEN')).toBeVisible()
    await wizard.button('wizard.to-overview').click()
    await expect(page.getByRole('heading', { level: 1, name: t('nav.overview') })).toBeVisible()
    await expect(page.getByText('shop.example').first()).toBeVisible()
    expect((await call(page, 'state.get', {})).drafts).toEqual([])
    // What was left out is suggested, until it is dismissed.
    const suggestions = page.getByRole('region', { name: t('wizard.suggestions') })
    await expect(suggestions).toContainText('chatTranscript')
    const dismiss = (kind: 'employees' | 'webhooks' | 'instant-replies') =>
      suggestions
        .getByRole('button', { name: `${t('wizard.suggestion.dismiss')}: ${t(`wizard.suggestion.${kind}`)}` })
        .click()
    await dismiss('employees')
    await dismiss('webhooks')
    await dismiss('instant-replies')
    await expect(suggestions).toBeHidden()
  })
}

test('a test message goes all the way, and its reply comes back and goes to nobody', async ({
  page,
  world,
  planfix,
}) => {
  const wizard = wizardOn(page, world)
  const draft = await wizard.begin()
  await wizard.connect(draft)
  await wizard.show(draft, 'templates')
  await expect(page.getByRole('combobox', { name: wizard.t('wizard.templates.contact') })).toHaveValue(
    'Website client',
  )
  await wizard.onward()
  await wizard.at('address')
  await wizard.ownAddress(world.hooks)
  await wizard.onward()
  await wizard.at('test')
  await wizard.button('wizard.test.send').click()
  const task = await until('the task', async () => (await planfix.tasks())[0])
  expect(task.name).toBe('Test message (Chatra)')
  await expect(page.getByRole('link', { name: /Open task/ })).toBeVisible()
  await planfix.replies(task.id, 5, 'It works')
  await expect(page.getByText(wizard.t('wizard.test.received'))).toBeVisible({ timeout: 30_000 })
  await wizard.onward()
  await expect(page.getByText(wizard.t('wizard.done.tested-without-client'))).toBeVisible()
})

test('each webhook of Chatra gets its tick when it comes in', async ({ page, world, chatra }) => {
  const wizard = wizardOn(page, world)
  const draft = await wizard.begin()
  await wizard.connect(draft)
  await wizard.show(draft, 'address')
  await wizard.ownAddress(world.hooks)
  const ticks = page.getByRole('status').filter({ hasText: 'chatStarted' })
  await expect(ticks).toContainText(wizard.t('wizard.webhooks.at-end'))
  await expect(ticks).toContainText(wizard.t('wizard.webhooks.waiting'))
  await chatra.tells(await page.getByLabel(wizard.t('wizard.webhooks.address'), { exact: true }).inputValue())
  const visitor = await chatra.visit({ name: 'Anna' })
  await visitor.says('Hello')
  await expect(ticks).toContainText('chatStarted – received')
  await expect(ticks).toContainText(/\d\d:\d\d:\d\d – conversation started by Anna/)
  await visitor.says('Are you there?')
  await expect(ticks).toContainText('chatFragment – received')
  await expect(ticks).toContainText(/– message from Anna: “(Hello|Are you there\?)”/)
  await expect(ticks).toContainText(wizard.t('wizard.webhooks.later'))
  await visitor.leaves()
  await expect(ticks).toContainText(/– conversation with Anna ended/)
  await expect(ticks).toContainText(wizard.t('wizard.webhooks.all-heard'))
})

test('every step works with the keyboard alone, with the focus on each heading', async ({
  page,
  world,
  chatra,
}) => {
  const wizard = wizardOn(page, world)
  await wizard.begin()
  const heading = page.getByRole('heading', { level: 2 })
  await wizard.at('chatra')
  await expect(heading).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: wizard.t('wizard.chatra.open-keys') })).toBeFocused()
  await page.keyboard.press('Tab')
  await page.keyboard.type(`${chatra.publicKey} ${chatra.secretKey}`)
  await page.keyboard.press('Tab')
  await expect(wizard.button('wizard.chatra.swap')).toBeFocused()
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Control+Enter')
  await wizard.at('planfix')
  await expect(heading).toBeFocused()
})

const WIDTHS = [360, 400, 1280] as const

test('axe finds no serious problem on any step, in either theme, narrow and wide', async ({
  page,
  world,
}) => {
  test.setTimeout(240_000)
  await sized(page, 360, 740)
  await axeInBothThemes(page)
  const wizard = wizardOn(page, world)
  const draft = await wizard.begin()
  await wizard.onward()
  await expect(wizard.field('chatra.keys')).toBeFocused()
  await axe(page)
  await wizard.connect(draft)
  for (const step of STEPS) {
    await wizard.show(draft, step)
    await wizard.at(step)
    await openFolds(page)
    for (const width of WIDTHS) {
      await sized(page, width, 800)
      await expect(page.locator('[data-animate]')).toHaveCount(0)
      await axeInBothThemes(page)
      await fitsInWidth(page)
    }
  }
})

test('at 360 px and at 200 % zoom the list of steps is one line that counts', async ({ page, world }) => {
  const wizard = wizardOn(page, world)
  const draft = await wizard.begin()
  await wizard.connect(draft)
  for (const width of [360, 640]) {
    await sized(page, width, 740)
    await wizard.show(draft, 'templates')
    await expect(page.getByText(wizard.t('wizard.step-of', { number: 3, total: 6 }))).toBeVisible()
    await expect(page.getByRole('navigation')).toBeHidden()
    await fitsInWidth(page)
  }
  await sized(page, 1280, 800)
  await expect(page.getByRole('navigation')).toBeVisible()
})

/** Everything that is behind a button. */
async function openFolds(page: Page): Promise<void> {
  const folded = page.locator('form [aria-expanded=false]:not([role=combobox]):not(input)')
  while ((await folded.count()) > 0) await folded.first().click()
}

/** Nothing needs scrolling sideways. */
const fitsInWidth = async (page: Page) =>
  expect(
    await page.evaluate(() =>
      [...document.querySelectorAll('main, form, form *')]
        .filter((one) => getComputedStyle(one).overflowX !== 'hidden')
        .filter((one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1)
        .filter((one) => one.getBoundingClientRect().left + one.scrollWidth > innerWidth + 1)
        .map((one) => `${one.tagName}.${one.className}`.slice(0, 120)),
    ),
  ).toEqual([])
