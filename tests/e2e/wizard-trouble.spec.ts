import type { Page } from '@playwright/test'
import type { Step } from '../../src/shared/api/setup.ts'
import { AWAY, expect, openPrinted, test } from './fixtures.ts'
import { call, type Wizard, wizardOn } from './wizard-steps.ts'
import type { World } from './world.ts'

test.use({ worldOptions: { setup: 'empty' } })

const NOT_THERE = 'http://127.0.0.1:9'

/** A set-up in progress, at this step; `sides` are connected already. */
async function standingAt(page: Page, world: World, step: Step, sides?: ('chatra' | 'planfix')[]) {
  const wizard = wizardOn(page, world)
  const draft = await wizard.begin()
  await wizard.connect(draft, sides)
  await wizard.show(draft, step)
  return { wizard, draft }
}

/** Fills these fields and continues. */
async function tries(wizard: Wizard, fields: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await wizard.field(name).fill(value)
  await wizard.onward()
}

const pasted = ({ publicKey, secretKey }: { publicKey: string; secretKey: string }) => ({
  'chatra.keys': `${publicKey}\n${secretKey}`,
})

test('wrong keys show their box and the remedy, and typed values stay', async ({ page, world, chatra }) => {
  const { wizard, draft } = await standingAt(page, world, 'chatra', [])
  const wrong = { publicKey: chatra.publicKey, secretKey: 'not-the-right-key-1' }
  await tries(wizard, pasted(wrong))
  const keys = wizard.field('chatra.keys')
  await expect(page.getByText(wizard.t('wizard.problem.chatra.wrong-keys'))).toBeVisible()
  await expect(keys).toBeFocused()
  await expect(keys).toHaveAttribute('aria-invalid', 'true')
  await expect(keys).toHaveValue(pasted(wrong)['chatra.keys'])
  await keys.fill(pasted(chatra)['chatra.keys'])
  await expect(page.getByText(wizard.t('wizard.problem.chatra.wrong-keys'))).toBeHidden()
  await wizard.onward()
  await wizard.at('planfix')
  // The accepted value is kept, and the secret appears neither on the page nor in the draft.
  await wizard.back()
  await expect(page.getByText(wizard.t('wizard.chatra.accepted'), { exact: true })).toBeVisible()
  await expect(page.getByText(chatra.publicKey, { exact: true })).toBeVisible()
  await expect(keys).toHaveCount(0)
  const kept = JSON.stringify(await call(page, 'setup.get', { id: draft.id }))
  expect(kept).not.toContain(chatra.secretKey)
})

test('keys whose order is not clear are recognised by Chatra', async ({ page, world, chatra }) => {
  const { wizard } = await standingAt(page, world, 'chatra', [])
  await tries(wizard, { 'chatra.keys': `${chatra.secretKey} ${chatra.publicKey}` })
  await wizard.at('planfix')
})

test('the owner can swap the keys, and enter them in two fields', async ({ page, world, chatra }) => {
  const { wizard } = await standingAt(page, world, 'chatra', [])
  await wizard.field('chatra.keys').fill(`Public: ${chatra.secretKey} Secret: ${chatra.publicKey}`)
  await wizard.button('wizard.chatra.swap').click()
  await expect(wizard.field('chatra.publicKey')).toHaveValue(chatra.publicKey)
  await expect(wizard.field('chatra.secretKey')).toHaveValue(chatra.secretKey)
  await wizard.onward()
  await wizard.at('planfix')
})

test('one key alone and no key are reported before any request', async ({ page, world, chatra }) => {
  const { wizard } = await standingAt(page, world, 'chatra', [])
  await wizard.onward()
  await expect(page.getByText(wizard.t('wizard.problem.keys-empty'))).toBeVisible()
  await expect(wizard.field('chatra.keys')).toBeFocused()
  await tries(wizard, { 'chatra.keys': chatra.publicKey })
  await expect(page.getByText(wizard.t('wizard.problem.keys-one'))).toBeVisible()
  await wizard.button('wizard.chatra.two-fields').click()
  await tries(wizard, { 'chatra.publicKey': chatra.publicKey, 'chatra.secretKey': chatra.publicKey })
  await expect(page.getByText(wizard.t('wizard.problem.keys-same'))).toBeVisible()
})

test('a missing paid licence of Chatra is named', async ({ page, world, chatra }) => {
  await chatra.switch('plan-refusal', '402')
  const { wizard } = await standingAt(page, world, 'chatra', [])
  await tries(wizard, pasted(chatra))
  await expect(page.getByText(wizard.t('wizard.problem.chatra.no-plan'))).toBeVisible()
  await expect(wizard.field('chatra.keys')).toHaveValue(pasted(chatra)['chatra.keys'])
})

test('an unreachable host, a foreign host and a wrong token are named at their fields', async ({
  page,
  world,
  chatra,
  planfix,
}) => {
  const { wizard } = await standingAt(page, world, 'planfix', ['chatra'])
  const address = wizard.field('planfix.baseUrl')
  const token = wizard.field('planfix.token')
  await address.fill('planfix.com')
  await wizard.onward()
  await expect(page.getByText(wizard.t('wizard.problem.address-no-account'))).toBeVisible()

  await address.fill(NOT_THERE)
  await token.fill('some-token')
  await wizard.onward()
  await expect(
    page.getByText(wizard.t('wizard.problem.network.refused', { host: '127.0.0.1:9' })),
  ).toBeVisible()
  await expect(address).toBeFocused()
  await expect(token).toHaveValue('some-token')

  const notPlanfix = new URL(chatra.url).host
  await address.fill(chatra.url)
  await wizard.onward()
  await expect(
    page.getByText(wizard.t('wizard.problem.planfix.not-planfix', { host: notPlanfix })),
  ).toBeVisible()
  await expect(token).toHaveValue('some-token')

  await address.fill(planfix.restUrl)
  await wizard.onward()
  await expect(page.getByText(wizard.t('wizard.problem.planfix.wrong-token'))).toBeVisible()
  await expect(token).toBeFocused()
  await expect(token).toHaveValue('some-token')
  await token.fill(planfix.token)
  await token.press('Enter')
  await expect(page.getByText(wizard.t('wizard.rights.all', { total: 14 }))).toBeVisible()
})

test('a free Planfix plan is named, and the token stays typed', async ({ page, world, planfix }) => {
  await planfix.switch('account-state', 'code21-403')
  const { wizard } = await standingAt(page, world, 'planfix', ['chatra'])
  await tries(wizard, { 'planfix.baseUrl': planfix.restUrl, 'planfix.token': planfix.token })
  await expect(page.getByRole('alert')).toContainText(wizard.t('wizard.problem.planfix.no-plan'))
  await expect(wizard.field('planfix.token')).toHaveValue(planfix.token)
})

test('a missing right blocks the wizard with instructions until it is granted', async ({
  page,
  world,
  planfix,
}) => {
  const { scopes } = await planfix.get<{ scopes: string[] }>('state')
  const lacking = scopes.filter((one) => one !== 'task_add' && one !== 'file_add')
  await planfix.scopes(lacking)
  const { wizard } = await standingAt(page, world, 'planfix')
  await expect(page.getByText(wizard.t('wizard.rights.tick', { count: 2 }))).toBeVisible()
  await expect(page.getByText(wizard.t('wizard.rights.cost.always'))).toBeVisible()
  await expect(page.getByText(wizard.t('wizard.rights.cost.files'))).toBeVisible()
  await expect(page.getByRole('alert')).toContainText('task_add')
  await wizard.field('planfix.baseUrl').press('Enter')
  await wizard.at('planfix')
  await expect(page.getByText(wizard.t('wizard.planfix.blocked'))).toBeVisible()

  await planfix.scopes([...lacking, 'task_add'])
  await wizard.button('wizard.rights.again').click()
  // Files are optional: the wizard continues without them.
  await expect(page.getByText(wizard.t('wizard.rights.tick', { count: 1 }))).toBeVisible()
  await wizard.onward()
  await wizard.at('templates')
})

test('an unavailable Planfix list shows why, keeps the choice, and can be retried', async ({
  page,
  world,
  planfix,
}) => {
  const wizard = wizardOn(page, world)
  const draft = await wizard.begin()
  await wizard.connect(draft)
  const { settings } = await call(page, 'setup.get', { id: draft.id })
  await call(page, 'setup.save', {
    id: draft.id,
    settings: { ...settings, planfix: { ...settings.planfix, taskTemplateId: 12 } },
  })
  await planfix.switch('account-state', 'code20-403')
  await wizard.show(draft, 'templates')
  await expect(page.getByText(wizard.t('wizard.problem.planfix.unpaid')).first()).toBeVisible()
  await planfix.switch('account-state', 'ok')
  // Each list has a button of its own.
  const retry = page.getByRole('button', { name: wizard.t('action.retry') })
  await expect(async () => {
    if ((await retry.count()) > 0) await retry.first().click()
    await expect(page.getByRole('combobox', { name: wizard.t('wizard.templates.task') })).toHaveValue(
      'Chat with a client',
      { timeout: 2_000 },
    )
  }).toPass({ timeout: 30_000 })
})

test('an address that leads elsewhere is reported, and can be kept or skipped', async ({
  page,
  world,
  chatra,
}) => {
  const { wizard } = await standingAt(page, world, 'address')
  await expect(page.getByRole('radio', { name: wizard.t('tunnel.provider.ngrok') })).toBeChecked()
  await wizard.button('tunnel.page.technicians').click()
  await page.getByRole('radio', { name: wizard.t('tunnel.provider.own') }).click()
  await wizard.field('own.address').fill('http://192.168.1.5')
  await wizard.onward()
  await expect(page.getByText(wizard.t('wizard.problem.public-private'))).toBeVisible()

  await wizard.field('own.address').fill(chatra.url)
  await wizard.onward()
  await expect(page.getByText(wizard.t('wizard.address.insist-text'))).toBeVisible()
  await expect(wizard.field('own.address')).toHaveValue(chatra.url)
  await expect(wizard.field('own.address')).toHaveAttribute('aria-invalid', 'true')
  await page.getByRole('button', { name: wizard.t('wizard.address.insist') }).click()
  await expect(page.getByText(wizard.t('wizard.address.not-proven', { address: chatra.url }))).toBeVisible()
  await expect(page.getByLabel(wizard.t('wizard.webhooks.address'), { exact: true })).toBeVisible()

  await wizard.button('wizard.address.change').click()
  await page.getByRole('radio', { name: wizard.t('wizard.address.none') }).click()
  await expect(page.getByText(wizard.t('wizard.address.none-text'))).toBeVisible()
  await page.getByRole('button', { name: wizard.t('wizard.address.without') }).click()
  await wizard.at('test')
})

test('without a public address the wizard continues, and mentions it where it matters', async ({
  page,
  world,
}) => {
  const { wizard } = await standingAt(page, world, 'address')
  await wizard.button('tunnel.page.technicians').click()
  await page.getByRole('radio', { name: wizard.t('wizard.address.none') }).click()
  await wizard.onward()
  await wizard.at('test')
  await expect(page.getByText(wizard.t('wizard.not-public'))).toBeVisible()
  await page
    .getByRole('button', { name: wizard.t('wizard.to-step', { step: wizard.t('wizard.step.address') }) })
    .click()
  await wizard.at('address')
})

test('an unfinished wizard continues where it was left, with all typed values', async ({ page, world }) => {
  const { wizard } = await standingAt(page, world, 'templates')
  await page.getByRole('switch', { name: wizard.t('wizard.options.as-employee') }).click()
  await wizard.button('wizard.more').click()
  await wizard.field('name').fill('My shop')
  await wizard.button('wizard.leave').click()
  // Nothing is set up yet: the first step offers to continue.
  await expect(page).toHaveURL(/#\/setup$/)
  await expect(page.getByText('My shop')).toBeVisible()
  await page.reload()
  await wizard.button('wizard.drafts.go-on').click()
  await wizard.at('templates')
  await expect(page.getByRole('switch', { name: wizard.t('wizard.options.as-employee') })).toBeChecked()
  await wizard.button('wizard.more').click()
  await expect(wizard.field('name')).toHaveValue('My shop')
})

test('an empty name is named, also while the rest is folded', async ({ page, world }) => {
  const { wizard } = await standingAt(page, world, 'templates')
  await wizard.button('wizard.more').click()
  await wizard.field('name').fill('')
  await wizard.onward()
  await expect(page.getByText(wizard.t('wizard.problem.name-empty'))).toBeVisible()
  await expect(wizard.field('name')).toBeFocused()
})

test('going back loses nothing, not even unchecked keys', async ({ page, world, chatra }) => {
  const { wizard } = await standingAt(page, world, 'planfix', ['chatra'])
  await wizard.field('planfix.token').fill('half-a-tok')
  await wizard.back()
  await wizard.at('chatra')
  await wizard.button('wizard.secret.replace').click()
  await wizard.field('chatra.keys').fill('half-a-secr')
  await wizard.place('planfix').click()
  await expect(wizard.field('planfix.token')).toHaveValue('half-a-tok')
  await wizard.back()
  await expect(wizard.field('chatra.keys')).toHaveValue('half-a-secr')
  // A step that cannot be opened yet is not a link.
  await expect(wizard.place('templates')).toBeDisabled()
  await expect(wizard.place('chatra')).toBeEnabled()
  await wizard.field('chatra.keys').fill(pasted(chatra)['chatra.keys'])
  await wizard.onward()
  await wizard.at('planfix')
})

test('over a restart only secrets are lost, and the first lost one is requested', async ({
  page,
  world,
  chatra,
  planfix,
  trouble,
}) => {
  trouble.expect(AWAY, /status of 401/)
  const { wizard, draft } = await standingAt(page, world, 'templates')
  await wizard.at('templates')
  await page.getByRole('combobox', { name: wizard.t('wizard.templates.task') }).click()
  await page.getByRole('option', { name: 'Chat with a client' }).click()
  await wizard.onward()
  await wizard.at('address')
  await world.restartServer()
  await openPrinted(page, world, `/setup/${draft.id}`)
  await wizard.at('chatra')
  await expect(wizard.field('chatra.publicKey')).toHaveValue(chatra.publicKey)
  await wizard.field('chatra.secretKey').fill(chatra.secretKey)
  await wizard.onward()
  await wizard.at('planfix')
  await wizard.field('planfix.token').fill(planfix.token)
  await wizard.onward()
  await expect(page.getByText(wizard.t('wizard.rights.all', { total: 14 }))).toBeVisible()
  await wizard.onward()
  await expect(page.getByRole('combobox', { name: wizard.t('wizard.templates.task') })).toHaveValue(
    'Chat with a client',
  )
})

test('unsaved values are reported, and saved as soon as the bridge answers', async ({
  page,
  world,
  trouble,
}) => {
  trouble.expect(/ERR_FAILED/)
  const wizard = wizardOn(page, world)
  const draft = await wizard.begin()
  await wizard.connect(draft)
  await wizard.show(draft, 'templates')
  await wizard.button('wizard.more').click()
  await page.route('**/api/call/setup.save', (route) => route.abort())
  await wizard.field('name').fill('My shop')
  await expect(page.getByText(wizard.t('wizard.unsaved'))).toBeVisible()
  await page.unroute('**/api/call/setup.save')
  await wizard.onward()
  await wizard.at('address')
  await expect
    .poll(async () => (await call(page, 'setup.get', { id: draft.id })).settings.name)
    .toBe('My shop')
})
