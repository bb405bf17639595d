import { axe, axeInBothThemes, expect, expectCopied, goTo, test, until } from './fixtures.ts'

test('a chat appears on the overview at once, and a reply gives the first reply time', async ({
  page,
  chatra,
  planfix,
}) => {
  const today = page.getByRole('region', { name: 'Today' })
  await expect(today).toContainText('Chats0')
  const anna = await chatra.visit({ name: 'Anna', email: 'anna@mail.example' })
  await anna.says('Do you have this in size 42?')
  const card = page.getByRole('article', { name: 'shop.example' })
  await expect(card).not.toContainText('never')
  const task = await until('the task', async () => (await planfix.tasks())[0])
  await planfix.replies(task.id, 5, 'Yes, we do')
  await until('the reply', async () => (await anna.sees()).find((text) => text.includes('Yes, we do')))
  await page.reload()
  await expect(today).toContainText('Chats1')
  await expect(today).toContainText('From employees1')
  await expect(today).not.toContainText('typical–')
})

test('a token that Planfix revokes is shown with a link to fix it, and its return too', async ({
  page,
  chatra,
  planfix,
}) => {
  await planfix.fault({ kind: 'status', status: 401, times: 1000, body: { code: 1, error: 'wrong token' } })
  const anna = await chatra.visit({ name: 'Anna' })
  await anna.says('Hello?')
  const concerns = page.getByRole('region', { name: 'State of the bridge' })
  await expect(concerns).toContainText('shop.example: Planfix rejected the token')
  await expect(concerns).toContainText('Since ')
  await axeInBothThemes(page)
  await concerns.getByRole('link', { name: 'Open settings' }).first().click()
  await expect(page).toHaveURL(/#\/settings\/shop/)
  await planfix.clearFaults()
  await page.getByRole('link', { name: 'Overview' }).click()
  const happened = page.getByRole('region', { name: 'Recent events' })
  await expect(happened).toContainText('shop.example: Planfix has stopped working – action needed.')
  await expect(page.getByRole('article', { name: 'shop.example' })).toContainText('Planfixconnected', {
    timeout: 40_000,
  })
  await until('the task', async () => (await planfix.tasks())[0])
  await expect(happened.getByRole('listitem').first()).toContainText('Planfix works again.')
})

test('two stopped robots are shown on the overview, with a link to the conversation', async ({
  page,
  chatra,
}) => {
  const robot = await chatra.visit({ name: 'Robot' })
  for (let n = 0; n < 10; n++) await robot.says('I am a robot')
  const happened = page.getByRole('region', { name: 'Recent events' })
  await expect(happened).toContainText('two bots seem to be answering each other')
  await axe(page)
  await happened.getByRole('link', { name: 'Open the conversation' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Robot')
})

test('a failed message is shown with a link to it', async ({ page, chatra, planfix }) => {
  const anna = await chatra.visit({ name: 'Anna' })
  await anna.says('Hello?')
  const task = await until('the task', async () => (await planfix.tasks())[0])
  await chatra.fault({ kind: 'status', method: 'POST', path: '/messages', status: 400, times: 10 })
  await planfix.replies(task.id, 5, 'This will be refused')
  const concerns = page.getByRole('region', { name: 'State of the bridge' })
  await expect(concerns).toContainText('1 message was not delivered')
  await concerns.getByRole('link', { name: 'View messages' }).click()
  await expect(page.locator('main')).toContainText('This will be refused')
})

test('the page begins with one sentence, and says what there is not yet', async ({ page, world, chatra }) => {
  const verdict = page.getByRole('region', { name: 'State of the bridge' })
  await expect(verdict).toContainText('No public address yet')
  await world.call('setup.publicAddress', { address: world.hooks })
  await expect(verdict).toContainText('Everything works.')
  await expect(page.getByText('No messages yet')).toHaveCount(2)
  // By the browser's clock: two hours before midnight of the computer that may be tomorrow.
  const today = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'Europe/Chisinau' })
  await expect(page.getByText(`No downtime since ${today.format(Date.now())}.`)).toBeVisible()
  await axeInBothThemes(page)
  const anna = await chatra.visit({ name: 'Anna' })
  await anna.says('Hello?')
  await expect(verdict).toContainText('Last message from Chatra')
})

test('figures and bars lead to the messages that they count', async ({ page, chatra, planfix }) => {
  const anna = await chatra.visit({ name: 'Anna' })
  await anna.says('Hello?')
  const task = await until('the task', async () => (await planfix.tasks())[0])
  await planfix.replies(task.id, 5, 'Good morning')
  await until('the reply', async () => (await anna.sees()).find((text) => text.includes('Good morning')))
  await page.reload()
  await page.getByRole('link', { name: 'From employees: 1' }).click()
  const rows = page.getByRole('row').filter({ hasText: /Hello|Good morning/ })
  await expect(rows).toHaveCount(1)
  await expect(rows).toContainText('Good morning')
  await page.getByRole('link', { name: 'Overview' }).click()
  const bar = page.locator('figure').first().locator('a[class*="column"] rect[fill]').last()
  await bar.hover()
  await expect(page.locator('figure').first().getByText('From employees: 1')).toBeVisible()
  await bar.click()
  await expect(rows).toHaveCount(2)
  for (const figure of ['Chats: 1', 'New chats: 1']) {
    await page.getByRole('link', { name: 'Overview' }).click()
    await page.getByRole('link', { name: figure, exact: true }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Conversations' })).toBeVisible()
    await expect(page.getByRole('listitem').filter({ hasText: 'Anna' })).toHaveCount(1)
  }
  await expect(page.getByRole('radio', { name: 'New today' })).toBeChecked()
  await page.getByRole('link', { name: 'Overview' }).click()
  await page.getByRole('link', { name: /^Median first reply/ }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Report' })).toBeVisible()
})

test('the card of the public address has its state, the address to copy and a check', async ({
  page,
  world,
}) => {
  const card = page.getByRole('article', { name: 'Public address' })
  await expect(card).toContainText('not set up')
  await expect(card.getByRole('button')).toHaveCount(0)
  await world.call('setup.publicAddress', { address: world.hooks })
  await expect(card).toContainText(/No interruption since/)
  await card.getByRole('button', { name: 'Copy: Public address' }).click()
  await expectCopied(page, world.hooks)
  await card.getByRole('button', { name: 'Check now' }).click()
  await expect(card).toContainText('reachable')
  await expect(card).toContainText(/checked /)
  await card.getByRole('link', { name: 'Edit' }).click()
  await expect(page.getByRole('heading', { level: 2, name: 'Public address' })).toBeVisible()
})

test('a connection that is off says what happens meanwhile, and is turned on again', async ({
  page,
  world,
}) => {
  await world.call('connection.enable', { id: 'shop', enabled: false })
  const verdict = page.getByRole('region', { name: 'State of the bridge' })
  await expect(verdict).toContainText(
    '“shop.example” is turned off. Messages from clients are saved for 7 days',
  )
  await verdict.getByRole('button', { name: 'Turn on' }).click()
  await expect(verdict).not.toContainText('is turned off')
})

test('what waits says why, and is tried at once when asked', async ({ page, chatra, planfix }) => {
  await planfix.fault({ kind: 'status', status: 402, times: 1000, body: { code: 20, error: 'not paid' } })
  const anna = await chatra.visit({ name: 'Anna' })
  await anna.says('Is anybody there?')
  const card = page.getByRole('article', { name: 'shop.example' })
  await card.getByRole('link', { name: '1' }).click()
  await page.getByRole('row').filter({ hasText: 'Is anybody there?' }).click()
  const panel = page.getByLabel('Message', { exact: true })
  await expect(panel).toContainText('Planfix account')
  await axe(page)
  await planfix.clearFaults()
  await panel.getByRole('button', { name: 'Try now' }).click()
  await until('the task', async () => (await planfix.tasks())[0])
})

test('a new page begins at its top', async ({ page }) => {
  await goTo(page, '/settings')
  const top = () => page.locator('main h1').evaluate((heading) => heading.getBoundingClientRect().top)
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible()
  await page.mouse.move(700, 400)
  // A page that still grows cannot be scrolled yet.
  const scrolled = async () => {
    await page.mouse.wheel(0, 4000)
    return top()
  }
  await expect.poll(scrolled).toBeLessThan(0)
  await page.getByRole('link', { name: 'Overview' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible()
  await expect.poll(top).toBeGreaterThan(0)
})

test.describe('in another language', () => {
  test.use({ worldOptions: { language: 'ro' } })

  test("the figures and states are in the owner's language", async ({ page }) => {
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sumar')
    await expect(page.getByRole('region', { name: 'Astăzi' })).toBeVisible()
    await expect(page.locator('html')).toHaveAttribute('lang', 'ro')
  })
})
