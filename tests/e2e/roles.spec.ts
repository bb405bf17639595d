import type { Page } from '@playwright/test'
import { AccessKeys, keysFile } from '../../src/main/server/access/keys.ts'
import type { Role } from '../../src/shared/api/access/contract.ts'
import { axe, expect, goTo, test } from './fixtures.ts'
import { line, panel, talkOf } from './log.ts'
import type { World } from './world.ts'

test.use({ opens: 'nothing' })

/** Opens the page with a key of that role; returns the calls that are refused from then on. */
async function openAs(page: Page, world: World, role: Role): Promise<string[]> {
  const refused: string[] = []
  page.on('response', async (response) => {
    const name = /\/api\/call\/([\w.]+)$/.exec(response.url())?.[1]
    if (name === undefined) return
    const text = await response.text().catch(() => '')
    if (text.includes('error.call.role')) refused.push(name)
  })
  const key = new AccessKeys(keysFile(world.dataDir)).add('Rita', role)
  await page.goto(`${world.origin}/?token=${key}`)
  await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible()
  return refused
}

/** A client who waits, and a reply that Chatra has refused. */
async function stuckReply(world: World): Promise<void> {
  const { task } = await talkOf(world, { name: 'Maria' }, 'Hello?')
  await world.chatra.fault({ method: 'POST', path: '/messages', kind: 'status', status: 400, times: 2 })
  await world.planfix.replies(task.id, 5, 'We are here')
}

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name })
const link = (page: Page, name: string) => page.getByRole('link', { name })

test('a reader sees every page, is offered nothing that the key does not allow, and no call is refused', async ({
  page,
  world,
}) => {
  await stuckReply(world)
  const refused = await openAs(page, world, 'reader')
  await expect(page.getByText('1 message was not delivered.')).toBeVisible()
  await expect(link(page, 'Add connection')).toHaveCount(0)
  await expect(button(page, 'No answer needed')).toHaveCount(0)

  await goTo(page, '/log')
  await line(page, /Ana Rusu: We are here/).click()
  await expect(panel(page)).toContainText('Chatra rejected the message.')
  await expect(page.getByRole('checkbox')).toHaveCount(0)
  for (const name of ['Send again', 'Dismiss', 'Show raw data'])
    await expect(panel(page).getByRole('button', { name })).toHaveCount(0)

  await goTo(page, '/conversations')
  await link(page, 'Maria').click()
  await button(page, 'More actions').click()
  await expect(page.getByRole('menuitem', { name: 'Save as text' })).toBeVisible()
  await expect(page.getByRole('menuitem', { name: /Mute|Block|Delete/ })).toHaveCount(0)
  await page.keyboard.press('Escape')

  await goTo(page, '/employees')
  await expect(page.getByText('Only the owner of the bridge can change it.')).toBeVisible()
  await expect(page.getByRole('radio', { name: 'Only the selected employees' })).toBeDisabled()
  await axe(page)

  await goTo(page, '/diagnostics')
  await expect(page.getByText('your key does not allow you to start it')).toBeVisible()
  await expect(button(page, 'Start check-up')).toHaveCount(0)

  await goTo(page, '/settings')
  await expect(page.getByText('Only the owner of the bridge can change them.')).toBeVisible()
  await expect(page.getByRole('radio', { name: 'Dark' })).toBeDisabled()
  const sections = page.getByRole('navigation', { name: 'Settings by topic' })
  await expect(sections.getByRole('link', { name: /Export|Add connection/ })).toHaveCount(0)
  await sections.getByRole('link', { name: 'shop.example' }).click()
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toBeDisabled()
  await expect(page.getByRole('switch', { name: 'On', exact: true })).toBeDisabled()
  for (const name of [/Replace/, /Show addresses/, /Remove/]) await expect(button(page, name)).toHaveCount(0)
  await axe(page)
  await goTo(page, '/settings/~address')
  await expect(page.getByRole('radio', { name: /ngrok/ })).toBeDisabled()

  // Addresses that lead to what only an owner does.
  for (const route of ['/setup', '/setup/shop', '/settings/~copies']) {
    await goTo(page, route)
    await expect(page).not.toHaveURL(new RegExp(`#${route}$`))
  }
  await goTo(page, '/report')
  await expect(page.getByRole('heading', { level: 1, name: 'Report' })).toBeVisible()
  expect(refused).toEqual([])
})

test('an operator acts on messages and conversations, and finds settings locked', async ({ page, world }) => {
  await stuckReply(world)
  const refused = await openAs(page, world, 'operator')
  await expect(link(page, 'Add connection')).toHaveCount(0)
  await goTo(page, '/log')
  await line(page, /Ana Rusu: We are here/).click()
  await expect(page.getByRole('checkbox')).toHaveCount(1)
  await expect(panel(page).getByRole('button', { name: 'Show raw data' })).toBeVisible()
  await world.chatra.clearFaults()
  await panel(page).getByRole('button', { name: 'Send again' }).click()
  await expect(line(page, /Ana Rusu: We are here/)).toContainText('delivered')
  await goTo(page, '/conversations')
  await link(page, 'Maria').click()
  await button(page, 'More actions').click()
  await expect(page.getByRole('menuitem', { name: /Mute/ })).toBeVisible()
  await expect(page.getByRole('menuitem', { name: /Delete/ })).toHaveCount(0)
  await page.keyboard.press('Escape')
  await goTo(page, '/diagnostics')
  await button(page, 'Start check-up').click()
  await expect(button(page, 'Run again')).toBeVisible()
  await goTo(page, '/settings')
  await expect(page.getByText('Only the owner of the bridge can change them.')).toBeVisible()
  expect(refused).toEqual([])
})

test('an owner’s key shows what the printed address shows', async ({ page, world }) => {
  await talkOf(world, { name: 'Maria' }, 'Hello?')
  await openAs(page, world, 'owner')
  await expect(link(page, 'Add connection')).toBeVisible()
  await expect(button(page, 'No answer needed')).toBeVisible()
  await goTo(page, '/settings')
  await expect(page.getByRole('radio', { name: 'Dark' })).toBeEnabled()
  await goTo(page, '/settings/shop')
  for (const name of ['Replace token', 'Show addresses', 'Remove connection'])
    await expect(button(page, name)).toBeVisible()
})

test.describe('without a connection', () => {
  test.use({ worldOptions: { setup: 'empty' } })
  test('a reader stays on the overview, and is not led to the set-up', async ({ page, world }) => {
    const refused = await openAs(page, world, 'reader')
    await expect(page.getByText('No connections yet')).toBeVisible()
    await expect(link(page, 'Add connection')).toHaveCount(0)
    expect(refused).toEqual([])
  })
})
