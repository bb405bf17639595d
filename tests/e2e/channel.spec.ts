import type { Page } from '@playwright/test'
import { translate } from '../../src/shared/i18n/index.ts'
import {
  axe,
  axeInBothThemes,
  expect,
  expectCopied,
  goTo,
  HOOK_SECRET,
  SIZES,
  sized,
  test,
  until,
} from './fixtures.ts'
import type { Planfix } from './simulators.ts'
import type { World } from './world.ts'

const ANA = 5
const chats = (planfix: Planfix) => planfix.get<{ token: string }>('chats')

/** The section of the settings, filled in as an owner does it. */
async function openSection(page: Page) {
  await goTo(page, '/settings/shop')
  return page.getByRole('region', { name: 'Instant replies' })
}

/** The owner copies what the page shows into Planfix. */
async function enterInPlanfix(page: Page, planfix: Planfix, employees: string[] = []) {
  const shown = (label: string) => page.getByLabel(label, { exact: true }).inputValue()
  await planfix.post('chatChannel', {
    url: await shown('Address for Planfix'),
    token: await shown('Token for Planfix'),
    providerId: await shown('providerId'),
    taskTemplateId: 12,
    contactTemplateId: 5,
    employees,
  })
}

async function pasteToken(page: Page, token: string) {
  await page.getByLabel('Chat token from Planfix', { exact: true }).fill(token)
  await page.getByRole('button', { name: 'Check and save' }).click()
}

test('the owner sets the chat of Planfix up, tests it both ways and switches it off again', async ({
  page,
  planfix,
  world,
}) => {
  const section = await openSection(page)
  const onOff = section.getByRole('switch', { name: 'Instant replies' })
  await expect(onOff).toBeDisabled()
  await expect(section.getByRole('button', { name: 'Send a test message' })).toBeDisabled()
  await expect(section.getByLabel('Token for Planfix')).toHaveCount(0)

  await section.getByRole('button', { name: 'Show what to enter in Planfix' }).click()
  await expect(section.getByLabel('Address for Planfix', { exact: true })).toHaveValue(
    `${world.hooks}/hooks/shop/${HOOK_SECRET}/planfix-chat`,
  )
  await section.getByRole('button', { name: 'Copy: providerId' }).click()
  await expectCopied(page, 'chatra-shop')
  await enterInPlanfix(page, planfix)

  await pasteToken(page, (await chats(planfix)).token)
  await expect(page.getByText('Planfix accepted the chat token.')).toBeVisible()
  await expect(page.getByText(/BRIDGE_SHOP_PLANFIX_CHAT_TOKEN/)).toBeVisible()
  await onOff.click()
  await expect(onOff).toBeChecked()

  await section.getByRole('button', { name: 'Send a test message' }).click()
  const link = section.getByRole('link', { name: /^Open task/ })
  await expect(link).toBeVisible()
  const task = await until('the task', async () => (await planfix.tasks())[0])
  expect(await link.getAttribute('href')).toBe(`${planfix.webUrl}/task/${task.id}`)
  expect(task.name).toContain('Test (Chatra)')
  // The employee of the REST token is not among the chat's people yet.
  const unreadable = section.getByText('REST token cannot read this task', { exact: false })
  await expect(unreadable).toBeVisible()
  await enterInPlanfix(page, planfix, ['user:1'])
  await planfix.post('completes', { taskId: task.id })
  await section.getByRole('button', { name: 'Send a test message' }).click()
  await expect(unreadable).toHaveCount(0)
  await expect(link).not.toHaveAttribute('href', `${planfix.webUrl}/task/${task.id}`)
  const second = await until('the second task', async () => (await planfix.tasks())[1])
  await expect(section.getByText(/Now write a comment in that task/)).toBeVisible()
  await planfix.replies(second.id, ANA, 'I have read it')
  await expect(section.getByText(/Planfix passed on a reply/)).toBeVisible()
  // A notice that fades has colours of neither theme.
  await expect(page.getByText('Planfix accepted the chat token.')).toHaveCount(0)
  await axeInBothThemes(page)

  await onOff.click()
  await expect(onOff).not.toBeChecked()
  expect(await mode(world)).toEqual({ mode: 'rest', hasToken: true })
})

test('a wrong token is refused at its input and not kept', async ({ page, planfix, world }) => {
  await openSection(page)
  await page.getByRole('button', { name: 'Check and save' }).click()
  await expect(page.getByText('Paste the token from Planfix.')).toBeVisible()
  await pasteToken(page, 'not-the-token')
  await expect(page.getByText(/Planfix rejected the token of its chat/)).toBeVisible()
  expect(await mode(world)).toEqual({ mode: 'rest', hasToken: false })
  await pasteToken(page, (await chats(planfix)).token)
  await expect(page.getByText('Planfix accepted the chat token.')).toBeVisible()
})

test('saving other settings leaves the switch as it is', async ({ page, planfix, world }) => {
  const section = await openSection(page)
  await section.getByRole('button', { name: 'Show what to enter in Planfix' }).click()
  await enterInPlanfix(page, planfix)
  await pasteToken(page, (await chats(planfix)).token)
  await section.getByRole('switch', { name: 'Instant replies' }).click()
  await expect(section.getByRole('switch', { name: 'Instant replies' })).toBeChecked()
  await page.getByLabel('Name', { exact: true }).first().fill('Shop with a chat')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect
    .poll(async () => (await world.call('state.get', {})).connections[0]?.name)
    .toBe('Shop with a chat')
  expect(await mode(world)).toMatchObject({ mode: 'chat-api' })
})

test('without its token a connection that uses the chat says on the overview what is missing', async ({
  page,
  planfix,
  world,
}) => {
  const section = await openSection(page)
  await pasteToken(page, (await chats(planfix)).token)
  await section.getByRole('switch', { name: 'Instant replies' }).click()
  await expect(section.getByRole('switch', { name: 'Instant replies' })).toBeChecked()
  // A server forgets typed keys when it ends.
  await page.goto('about:blank')
  await world.restartServer()
  await page.goto(world.ui)
  await expect(page.getByText(/The chat token from Planfix is missing/)).toBeVisible()
})

test('the alternative, a scenario, is explained below, with the request to copy', async ({
  page,
  planfix,
}) => {
  const section = await openSection(page)
  await expect(section.getByLabel('Header', { exact: true })).toHaveCount(0)
  await section.getByRole('button', { name: translate('en', 'wizard.scenario.title') }).click()
  await expect(section.getByLabel('Header', { exact: true })).toHaveValue('Content-Type: application/json')
  await expect(section.getByLabel('Address', { exact: true })).toHaveValue(/\/hooks\/shop\/[\w-]+\/planfix$/)
  await expect(section.getByText(translate('en', 'wizard.scenario.waiting'))).toBeVisible()
  for (const [width, height] of SIZES) {
    await sized(page, width, height)
    await axe(page)
  }
  expect(await planfix.violations()).toEqual([])
})

const mode = (world: World) => world.call('setup.channel', { id: 'shop' })
