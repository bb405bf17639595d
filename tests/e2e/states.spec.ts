import type { Page } from '@playwright/test'
import { violationsIn } from '../support/axe.ts'
import { AWAY, expect, goTo, inTheme, OF_COLOURS, test, until, WITHOUT_KEY } from './fixtures.ts'
import { line, openLog, panel, search, talkOf } from './log.ts'
import type { World } from './world.ts'

/** A state that a page can be in: how a person gets there, and back when the next state does not begin elsewhere. */
interface State {
  name: string
  open(page: Page, world: World): Promise<unknown>
  close?(page: Page): Promise<unknown>
}

const leave = (page: Page) => page.keyboard.press('Escape')
const shown = (page: Page, name: string) =>
  expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
const click = (page: Page, role: 'button' | 'menuitem' | 'link' | 'radio', name: string | RegExp) =>
  page.getByRole(role, { name }).first().click()

async function at(page: Page, route: string, heading: string): Promise<void> {
  await goTo(page, route)
  await shown(page, heading)
  await page.waitForLoadState('networkidle')
}

/** As a link of the overview: the page begins with these filters. */
async function linkedTo(page: Page, route: string, heading: string): Promise<void> {
  await at(page, '/', 'Overview')
  await page.evaluate((to) => {
    location.hash = to
  }, route)
  await shown(page, heading)
}

async function list(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('combobox', { name }).first().click()
  await expect(page.getByRole('option').first()).toBeVisible()
}

async function asked(page: Page): Promise<void> {
  await expect(page.getByRole('dialog')).toBeVisible()
}

async function talk(page: Page): Promise<void> {
  await at(page, '/conversations', 'Conversations')
  await click(page, 'link', 'Anna')
  await shown(page, 'Conversation with Anna')
}

const STATES: State[] = [
  { name: 'overview: messages that failed, a client who waits', open: (page) => at(page, '/', 'Overview') },
  {
    name: 'overview: the question before a set-up is discarded',
    async open(page, world) {
      await world.call('setup.begin', { connectionId: null })
      await click(page, 'button', 'Discard')
      await asked(page)
    },
    close: leave,
  },
  { name: 'conversations', open: (page) => at(page, '/conversations', 'Conversations') },
  {
    name: 'conversations: those who wait, with their actions',
    async open(page) {
      await linkedTo(page, '/conversations?only=waiting', 'Conversations')
      await expect(page.getByRole('button', { name: 'No answer needed' }).first()).toBeVisible()
    },
  },
  {
    name: 'conversations: nothing found',
    async open(page) {
      await page.getByRole('searchbox').fill('nobody of this name')
      await expect(page.getByText('Nothing found')).toBeVisible()
    },
    close: (page) => page.getByRole('button', { name: 'Show all conversations' }).click(),
  },
  { name: 'a conversation', open: talk },
  {
    name: 'a conversation: its menu',
    async open(page) {
      await click(page, 'button', 'More actions')
      await expect(page.getByRole('menuitem').first()).toBeFocused()
    },
    close: leave,
  },
  {
    name: 'a conversation: the question before a client is deleted',
    async open(page) {
      await click(page, 'button', 'More actions')
      await click(page, 'menuitem', /^Delete the client’s data/)
      await asked(page)
    },
    close: leave,
  },
  {
    name: 'a conversation: a message beside it',
    async open(page) {
      const message = page.getByRole('log').getByRole('listitem').filter({ hasText: 'Hello' })
      await message.getByRole('button').click()
      await expect(panel(page)).toBeVisible()
    },
    close: leave,
  },
  {
    name: 'a conversation on paper',
    async open(page) {
      await page.evaluate(() => {
        window.print = () => undefined
      })
      await click(page, 'button', 'More actions')
      await click(page, 'menuitem', 'Print…')
      await page.emulateMedia({ media: 'print' })
      await expect(page.locator('[data-printed]')).toBeVisible()
    },
    async close(page) {
      await page.evaluate(() => window.dispatchEvent(new Event('afterprint')))
      await page.emulateMedia({ media: 'screen' })
    },
  },
  { name: 'messages', open: openLog },
  {
    name: 'messages: one beside the list, with its raw data',
    async open(page) {
      await line(page, 'Ana Rusu: First').click()
      await click(page, 'button', 'Show raw data')
    },
    close: leave,
  },
  {
    name: 'messages: the export menu',
    async open(page) {
      await click(page, 'button', 'Export')
      await expect(page.getByRole('menuitem').first()).toBeVisible()
    },
    close: leave,
  },
  {
    name: 'messages: the filters, with an open list',
    async open(page) {
      // Behind a button where there is no room beside the search.
      const filters = page.getByRole('button', { name: /^Filters/ })
      if (await filters.isVisible()) await filters.click()
      await list(page, 'Direction')
    },
    async close(page) {
      await leave(page)
      await leave(page)
    },
  },
  {
    name: 'messages: the calendar',
    async open(page) {
      await openLog(page)
      const filters = page.getByRole('button', { name: /^Filters/ })
      if (await filters.isVisible()) await filters.click()
      await click(page, 'button', /^Time/)
      await expect(page.getByRole('button', { name: 'Next month' })).toBeVisible()
    },
    async close(page) {
      await leave(page)
      await leave(page)
    },
  },
  {
    name: 'messages: hits of a search, with a filter in use',
    async open(page) {
      await linkedTo(page, '/log?state=attention', 'Messages')
      await search(page).fill('first')
      await expect(page.locator('mark').first()).toBeVisible()
      // Lines of the search before are pale until its hits are there.
      await expect(page.getByRole('grid').and(page.locator('[aria-busy="true"]'))).toHaveCount(0)
    },
  },
  {
    name: 'messages: nothing found',
    async open(page) {
      await search(page).fill('words that nobody wrote')
      await expect(page.getByText('No messages found')).toBeVisible()
    },
    close: (page) => page.getByRole('button', { name: 'Reset filters' }).last().click(),
  },
  {
    name: 'messages: some are selected',
    async open(page) {
      for (const text of ['First', 'Second'])
        await line(page, `Ana Rusu: ${text}`).getByRole('checkbox').check()
      await expect(page.getByRole('toolbar', { name: 'Selected messages' })).toBeVisible()
    },
  },
  {
    name: 'messages: the question before all are sent again',
    async open(page) {
      await linkedTo(page, '/log?state=attention', 'Messages')
      await click(page, 'button', /^Send all again/)
      await asked(page)
    },
    close: leave,
  },
  { name: 'report', open: (page) => at(page, '/report', 'Report') },
  { name: 'report: the periods', open: (page) => list(page, 'Period'), close: leave },
  { name: 'employees', open: (page) => at(page, '/employees', 'Employees') },
  {
    name: 'employees: nobody found',
    open: (page) => page.getByLabel('Search by name or e-mail').fill('nobody of this name'),
    close: (page) => page.getByLabel('Search by name or e-mail').fill(''),
  },
  {
    name: 'employees: changed, and leaving is asked about',
    async open(page) {
      await page.getByRole('switch', { name: 'Mihai Ceban may reply to clients' }).press('Space')
      await click(page, 'link', 'Settings')
      await asked(page)
    },
    close: (page) => page.getByRole('dialog').getByRole('button', { name: 'Discard changes' }).click(),
  },
  { name: 'check-up before it runs', open: (page) => at(page, '/diagnostics', 'Check-up') },
  {
    name: 'check-up with its findings',
    async open(page) {
      await click(page, 'button', 'Start check-up')
      await expect(page.getByRole('button', { name: 'Save report' })).toBeEnabled()
    },
  },
  { name: 'settings', open: (page) => at(page, '/settings', 'Settings') },
  {
    name: 'settings: a value that is refused',
    open: (page) => page.getByRole('textbox', { name: 'Days to keep messages' }).fill('0'),
  },
  { name: 'settings: public address', open: (page) => at(page, '/settings/~address', 'Settings') },
  {
    name: 'settings: a way with its fields',
    open: (page) => click(page, 'radio', 'SSH server'),
    close: (page) => page.getByRole('button', { name: 'Discard changes' }).click(),
  },
  { name: 'settings: copies', open: (page) => at(page, '/settings/~copies', 'Settings') },
  {
    name: 'settings: a file that cannot be imported',
    async open(page) {
      const file = { name: 'a.json', mimeType: 'application/json', buffer: Buffer.from('{"connections":') }
      await page.locator('input[type=file]').setInputFiles(file)
      await expect(page.getByText('This file cannot be imported')).toBeVisible()
    },
  },
  { name: 'settings: about', open: (page) => at(page, '/settings/~about', 'Settings') },
  {
    name: 'settings: a connection',
    async open(page) {
      await at(page, '/settings/shop', 'Settings')
      await page.getByRole('region', { name: 'Advanced' }).getByRole('button', { name: 'Show' }).click()
      await click(page, 'button', 'Show addresses')
    },
  },
  { name: 'settings: an open list', open: (page) => list(page, 'Task template'), close: leave },
  {
    name: 'settings: the question before a connection is removed',
    async open(page) {
      await click(page, 'button', 'Remove connection')
      await asked(page)
    },
    close: leave,
  },
  { name: 'help', open: (page) => at(page, '/help', 'Help') },
  { name: 'help: an article', open: (page) => at(page, '/help/waiting', 'What to do when something waits') },
  {
    name: 'a page that the bridge does not answer',
    async open(page) {
      await page.route('**/api/call/report.get', (route) => route.abort())
      await at(page, '/report', 'Report')
      await list(page, 'Period')
      await page.getByRole('option', { name: 'Last 90 days' }).click()
      await expect(page.getByRole('alert').first()).toBeVisible()
    },
    close: (page) => page.unroute('**/api/call/report.get'),
  },
]

const EMPTY: State[] = [
  { name: 'the welcome', open: (page) => shown(page, 'Your website’s chats as Planfix tasks') },
  { name: 'no messages', open: openLog },
  { name: 'no conversations', open: (page) => at(page, '/conversations', 'Conversations') },
  { name: 'an empty report', open: (page) => at(page, '/report', 'Report') },
  { name: 'no connection, so no employees', open: (page) => at(page, '/employees', 'Employees') },
  { name: 'a check-up without a connection', open: (page) => at(page, '/diagnostics', 'Check-up') },
  {
    name: 'the first step, with keys that are refused',
    async open(page) {
      await goTo(page, '/setup')
      await click(page, 'button', 'Connect accounts')
      await click(page, 'button', /^(Check|Continue)$/)
      await expect(page.locator('[aria-invalid="true"]').first()).toBeVisible()
    },
  },
  {
    name: 'the bridge is away',
    async open(page, world) {
      await world.stopServer()
      await expect(page.getByText('The bridge is not responding', { exact: true })).toBeVisible()
    },
  },
]

/** Everything that axe finds in any of the states, in the light theme, and the colours in the dark one. */
async function walk(page: Page, world: World, states: readonly State[]): Promise<string[]> {
  const found: string[] = []
  const look = async (name: string, rules?: string[]) => {
    const violations = await violationsIn(page, rules && { rules })
    found.push(...violations.map((one) => `${name}: ${one}`))
  }
  for (const state of states)
    await test.step(state.name, async () => {
      await state.open(page, world)
      await look(state.name)
      // Paper has no themes.
      if ((await page.locator('[data-printed]').count()) === 0) {
        await inTheme(page, 'dark')
        await look(`${state.name}, dark`, OF_COLOURS)
        await inTheme(page, 'light')
      }
      await state.close?.(page)
    })
  return found
}

/** A shop with an internal comment, three replies that failed, and clients who wait. */
async function shopOfToday(world: World): Promise<void> {
  const { task } = await talkOf(world, { name: 'Anna', email: 'anna@mail.example' }, 'Hello')
  await world.planfix.replies(task.id, 6, 'She bargains', { recipients: ['user:5'] })
  await world.chatra.fault({ kind: 'status', method: 'POST', path: '/messages', status: 400, times: 30 })
  for (const text of ['First', 'Second', 'Third']) await world.planfix.replies(task.id, 5, text)
  const filter = { states: ['failed' as const] }
  await until('failures', async () => (await world.call('log.outline', { filter })).total === 3)
  await talkOf(world, { name: 'Boris' }, 'Is anybody there?')
}

test.describe.configure({ timeout: 240_000 })

for (const [size, width, height] of [
  ['a usual window', 1280, 800],
  ['a window of 1280 by 800 at 200 %', 640, 400],
] as const)
  test(`axe finds nothing in any state, in ${size}`, async ({ page, world, trouble }) => {
    trouble.expect(/ERR_FAILED/)
    await page.setViewportSize({ width, height })
    await shopOfToday(world)
    expect(await walk(page, world, STATES)).toEqual([])
  })

test.describe('the first launch', () => {
  test.use({ worldOptions: { setup: 'empty' } })
  test('axe finds nothing in what is empty, refused or away', async ({ page, world, trouble }) => {
    trouble.expect(AWAY, WITHOUT_KEY)
    expect(await walk(page, world, EMPTY)).toEqual([])
  })
})
