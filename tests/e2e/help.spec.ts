import { join } from 'node:path'
import Database from 'better-sqlite3'
import { AWAY, axeInBothThemes, expect, goTo, test } from './fixtures.ts'

test('the help is found from every page, searched, and leads back into the program', async ({ page }) => {
  await page.getByRole('link', { name: 'Help', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Help' })).toBeVisible()
  const articles = page.getByRole('navigation', { name: 'Articles' })
  await expect(articles.getByRole('link')).toHaveCount(13)
  await axeInBothThemes(page)
  const search = page.getByRole('searchbox', { name: 'Search the help' })
  await search.fill('pasted picture')
  await expect(articles.getByRole('link')).toHaveCount(1)
  await expect(articles.getByRole('link').locator('mark').first()).toBeVisible()
  await articles.getByRole('link', { name: 'Files and pictures' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Files and pictures' })).toBeVisible()
  await expect(page.getByRole('article')).toContainText('A picture that was pasted')
  await axeInBothThemes(page)
  await search.fill('no article says this')
  await expect(page.getByText('No article contains these words.')).toBeVisible()
  await search.press('Escape')
  await expect(articles.getByRole('link')).toHaveCount(13)
  await articles.getByRole('link', { name: 'How a message travels' }).click()
  await page.getByRole('link', { name: 'Open Messages' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Messages' })).toBeVisible()
})

test('the "?" beside a heading opens the article about the page', async ({ page }) => {
  for (const [route, help, title] of [
    ['/', 'Help: Overview', 'What to do when something waits'],
    ['/log', 'Help: Messages', 'How a message travels'],
    ['/conversations', 'Help: Conversations', 'Internal notes: what the client does not see'],
    ['/report', 'Help: Report', 'The report and the weekly summary'],
    ['/employees', 'Help: Employees', 'Who replies, and under which name'],
    ['/diagnostics', 'Help: Check-up', 'Where to send the report'],
    ['/settings', 'Help: Keep messages on this computer', 'Privacy, and deleting a client'],
    ['/settings/shop', 'Help: Instant replies', 'Making replies faster'],
  ] as const) {
    await goTo(page, route)
    await page.getByRole('link', { name: help, exact: true }).click()
    await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible()
  }
})

test('on a phone an article has the whole width, and a way back to all of them', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 })
  await goTo(page, '/help/privacy')
  await expect(page.getByRole('article')).toBeVisible()
  await expect(page.getByRole('navigation', { name: 'Articles' })).toBeHidden()
  const sideways = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(await sideways()).toBeLessThanOrEqual(0)
  await page.getByRole('link', { name: 'Show all articles' }).click()
  await expect(page.getByRole('navigation', { name: 'Articles' }).getByRole('link')).toHaveCount(13)
  expect(await sideways()).toBeLessThanOrEqual(0)
})

for (const [language, help, title] of [
  ['ro', 'Ajutor', 'Note interne: ce nu vede clientul'],
  ['ru', 'Справка', 'Внутренние заметки: чего не видит клиент'],
] as const)
  test.describe(`in ${language}`, () => {
    test.use({ worldOptions: { language } })
    test(`the help speaks ${language}`, async ({ page }) => {
      await page.getByRole('link', { name: help, exact: true }).click()
      await page.getByRole('link', { name: title }).click()
      await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible()
    })
  })

test('after an update a notice leads once to what is new; About shows it at any time', async ({
  page,
  world,
  trouble,
}) => {
  trouble.expect(AWAY)
  const notice = page.getByRole('alert').filter({ hasText: 'The program was updated to version 0.1.0.' })
  await expect(page.getByRole('link', { name: 'Help', exact: true })).toBeVisible()
  await expect(notice).toHaveCount(0)
  await world.stopServer()
  const database = new Database(join(world.dataDir, 'bridge.sqlite'))
  database
    .prepare("UPDATE facts SET value = ? WHERE connection = '' AND key = 'programVersion'")
    .run(JSON.stringify({ version: '0.0.9', updatedAt: null }))
  database.close()
  await world.startServer()
  await page.goto(world.ui)
  await expect(notice).toBeVisible()
  await axeInBothThemes(page)
  await notice.getByRole('link', { name: 'What’s new' }).click()
  await expect(page.getByRole('heading', { level: 3, name: 'Version 0.1.0' })).toBeVisible()
  await expect(
    page.getByRole('listitem').filter({ hasText: 'A demo with simulated accounts.' }),
  ).toBeVisible()
  await expect(notice).toHaveCount(0)
  await axeInBothThemes(page)
  await page.reload()
  await expect(page.getByRole('heading', { level: 3, name: 'Version 0.1.0' })).toBeVisible()
  await expect(notice).toHaveCount(0)
})
