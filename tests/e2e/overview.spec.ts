import { axe, axeInBothThemes, expect, test, until } from './fixtures.ts'

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
  const concerns = page.getByRole('region', { name: 'What needs you' })
  await expect(concerns).toContainText('Planfix does not accept the token')
  await axeInBothThemes(page)
  await concerns.getByRole('link', { name: 'Open settings' }).first().click()
  await expect(page).toHaveURL(/#\/settings\/shop/)
  await planfix.clearFaults()
  await page.getByRole('link', { name: 'Overview' }).click()
  const happened = page.getByRole('region', { name: 'What happened' })
  await expect(happened).toContainText('shop.example: Planfix has stopped working and waits for you.')
  await expect(page.getByRole('article', { name: 'shop.example' })).toContainText('Planfixworks', {
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
  const happened = page.getByRole('region', { name: 'What happened' })
  await expect(happened).toContainText('two robots seem to answer each other')
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
  const concerns = page.getByRole('region', { name: 'What needs you' })
  await expect(concerns).toContainText('1 message could not be delivered')
  await concerns.getByRole('link', { name: 'Show them' }).click()
  await expect(page.locator('main')).toContainText('This will be refused')
})

test.describe('in another language', () => {
  test.use({ worldOptions: { language: 'ro' } })

  test("the figures and states are in the owner's language", async ({ page }) => {
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Privire de ansamblu')
    await expect(page.getByRole('region', { name: 'Astăzi' })).toBeVisible()
    await expect(page.locator('html')).toHaveAttribute('lang', 'ro')
  })
})
