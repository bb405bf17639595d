import { axeInBothThemes, expect, goTo, test } from './fixtures.ts'
import { call, wizardOn } from './wizard-steps.ts'

test.describe('the first launch', () => {
  test.use({ worldOptions: { setup: 'empty' } })

  test('the demo opens at once on a page of its own, is offered again, and can be stopped', async ({
    page,
    world,
  }) => {
    const { t, button } = wizardOn(page, world)
    await button('wizard.welcome.demo').click()
    await expect(page.getByRole('heading', { level: 1, name: t('demo.title') })).toBeVisible()
    await expect(page.getByText(t('shell.demo'))).toBeVisible()
    // Who has seen it goes on to the real accounts.
    await page.getByRole('link', { name: t('wizard.welcome.begin') }).click()
    await expect(page.getByText(t('demo.running'), { exact: true })).toBeVisible()
    await expect(page.getByText(t('shell.demo'))).toBeHidden()
    await button('demo.stop').click()
    await expect(button('wizard.welcome.demo')).toBeVisible()
    await goTo(page, '/demo')
    await expect(page.getByRole('heading', { level: 1, name: t('wizard.welcome.title') })).toBeVisible()
  })

  test('an unfinished set-up can be discarded after a confirmation', async ({ page, world }) => {
    const wizard = wizardOn(page, world)
    const draft = await wizard.begin()
    await wizard.connect(draft, [])
    await goTo(page, '/setup')
    await wizard.button('wizard.drafts.discard').click()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: wizard.t('wizard.drafts.discard') })
      .click()
    await expect(page.getByText(wizard.t('wizard.drafts.title'))).toBeHidden()
    await goTo(page, `/setup/${draft.id}`)
    await expect(page.getByText(wizard.t('wizard.gone.text'))).toBeVisible()
  })
})

test.describe('a set-up whose connection works already', () => {
  test.use({ worldOptions: { setup: 'empty' } })

  test('it is discarded alone, or together with the connection', async ({ page, world }) => {
    const wizard = wizardOn(page, world)
    const { t } = wizard
    const draft = await wizard.begin()
    await wizard.connect(draft)
    await call(page, 'setup.activate', { id: draft.id })
    await goTo(page, '/setup')
    await wizard.button('wizard.drafts.discard').click()
    const dialog = page.getByRole('dialog')
    await expect(dialog).toContainText(t('wizard.drafts.discard-begun'))
    await axeInBothThemes(page)
    await dialog.getByRole('button', { name: t('action.cancel') }).click()
    await wizard.button('wizard.drafts.discard').click()
    await dialog.getByRole('button', { name: t('wizard.drafts.discard-remove') }).click()
    await expect(page.getByText(t('wizard.drafts.title'))).toBeHidden()
    const state = await call(page, 'state.get', {})
    expect([state.connections, state.drafts]).toEqual([[], []])
  })
})

test('an existing connection is edited: keys stay stored, changes apply at once', async ({ page, world }) => {
  const wizard = wizardOn(page, world)
  await call(page, 'setup.begin', { connectionId: 'shop' })
  await goTo(page, '/setup/shop')
  await wizard.at('chatra')
  await expect(page.getByText(wizard.t('wizard.chatra.accepted'), { exact: true })).toBeVisible()
  const before = await call(page, 'connection.get', { id: 'shop' })
  await wizard.place('templates').click()
  await page.getByRole('switch', { name: wizard.t('wizard.options.as-employee') }).click()
  await wizard.place('done').click()
  await wizard.at('done')
  await expect(page.getByText(wizard.t('wizard.done.intro-redo'))).toBeVisible()
  const { settings } = await call(page, 'connection.get', { id: 'shop' })
  expect(settings.options.sendAsEmployee).toBe(!before.settings.options.sendAsEmployee)
  expect(settings.chatra.agent.email).toBe('bridge@shop.example')
  await wizard.button('wizard.to-overview').click()
  await expect.poll(async () => (await call(page, 'state.get', {})).drafts).toEqual([])
})

test('a second connection with the same Chatra keys is refused where they are pasted', async ({
  page,
  world,
  chatra,
}) => {
  const wizard = wizardOn(page, world)
  await wizard.begin()
  await wizard.field('chatra.keys').fill(`${chatra.publicKey} ${chatra.secretKey}`)
  await wizard.onward()
  await expect(
    page.getByText(wizard.t('wizard.problem.chatra.same-key', { name: 'shop.example' })),
  ).toBeVisible()
  await expect(wizard.field('chatra.keys')).toBeFocused()
})

test('"Add connection" begins without the welcome, beside existing connections', async ({ page, world }) => {
  const { t, button, at } = wizardOn(page, world)
  await goTo(page, '/setup')
  await expect(page.getByRole('heading', { level: 1, name: t('wizard.welcome.title-add') })).toBeVisible()
  await expect(page.getByText(t('wizard.welcome.line-1'))).toBeHidden()
  await button('wizard.welcome.begin-add').click()
  await at('chatra')
  await button('wizard.leave').click()
  await expect(page.getByRole('heading', { level: 1, name: t('nav.overview') })).toBeVisible()
})
