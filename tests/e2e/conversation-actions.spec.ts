import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { axe, axeInBothThemes, expect, goTo, test, until } from './fixtures.ts'
import { talkOf } from './log.ts'

const menu = async (page: Page, item: string) => {
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: item }).click()
}
const openTalk = async (page: Page, name: string) => {
  await goTo(page, '/conversations')
  await page.getByRole('link', { name }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText(name)
}

test.use({ permissions: ['clipboard-read', 'clipboard-write'] })

test('a conversation is copied, saved and printed without what is internal', async ({ page, world }) => {
  const { visitor, task } = await talkOf(world, { name: 'Anna' }, 'Do you deliver to Balti?')
  await world.planfix.replies(task.id, 6, 'She bargains', { recipients: ['user:5'] })
  await world.planfix.replies(task.id, 5, 'Within two days')
  await until('the reply', async () => (await visitor.sees()).includes('Within two days'))
  await openTalk(page, 'Anna')
  await page.getByRole('button', { name: 'More actions' }).click()
  await expect(page.getByRole('menuitem').first()).toBeFocused()
  await axeInBothThemes(page)
  await page.keyboard.press('Enter')
  const copied = () => page.evaluate(() => navigator.clipboard.readText())
  await expect.poll(copied).toContain('Anna: Do you deliver to Balti?')
  expect(await copied()).toContain('Within two days')
  expect(await copied()).not.toContain('She bargains')

  const saving = page.waitForEvent('download')
  await menu(page, 'Save as text')
  const file = await saving
  expect(file.suggestedFilename()).toMatch(/^conversation-\d+-\d{4}-\d\d-\d\d\.txt$/)
  expect(await readFile(await file.path(), 'utf8')).toContain('Ana Rusu: Within two days')
  const data = page.waitForEvent('download')
  await menu(page, 'Save as data for programs')
  expect(JSON.parse(await readFile(await (await data).path(), 'utf8'))).toHaveLength(3)

  await page.evaluate(() => {
    window.print = () => undefined
  })
  await menu(page, 'Print…')
  await page.emulateMedia({ media: 'print' })
  await expect(page.getByRole('article')).toContainText('Within two days')
  await expect(page.getByRole('article')).not.toContainText('She bargains')
  await expect(page.locator('#root')).toBeHidden()
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')))
  await page.emulateMedia({ media: 'screen' })
  await expect(page.locator('[data-printed]')).toHaveCount(0)
})

test.describe('with notes about comments that stay inside', () => {
  test.use({ worldOptions: { connectionOptions: { explainInternal: true } } })
  test('the note is shown here, and no copy holds its words', async ({ page, world }) => {
    const { visitor, task } = await talkOf(world, { name: 'Anna' }, 'Do you deliver to Balti?')
    await world.planfix.replies(task.id, 6, 'She bargains', { recipients: ['user:5'] })
    await world.planfix.replies(task.id, 5, 'Within two days')
    await until('the reply', async () => (await visitor.sees()).includes('Within two days'))
    await openTalk(page, 'Anna')
    await expect(page.getByRole('log')).toContainText('The client does not see this comment')
    await axeInBothThemes(page)
    await menu(page, 'Copy as text')
    const copied = () => page.evaluate(() => navigator.clipboard.readText())
    await expect.poll(copied).toContain('Within two days')
    expect(await copied()).not.toContain('She bargains')
    expect(await copied()).not.toContain('does not see')
    expect(await visitor.sees()).toEqual(['Within two days'])
  })
})

test('a blocked client is not passed on to Planfix until unblocked', async ({ page, world }) => {
  const { visitor, task } = await talkOf(world, { name: 'Spam Bot' }, 'Hello')
  await openTalk(page, 'Spam Bot')
  await menu(page, 'Block as spam')
  await expect(page.getByText('This client is blocked')).toBeVisible()
  await axeInBothThemes(page)
  await visitor.says('BUY NOW')
  const talk = page.getByRole('log').getByRole('listitem').filter({ hasText: 'BUY NOW' })
  await expect(talk).toContainText('client blocked')
  await page.getByRole('button', { name: 'Unblock' }).click()
  await expect(page.getByText('This client is blocked')).toBeHidden()
  await visitor.says('Sorry about that')
  const feed = async () => JSON.stringify(await world.planfix.comments(task.id))
  await until('the message', async () => (await feed()).includes('Sorry about that'))
  expect(await feed()).not.toContain('BUY NOW')
  await menu(page, 'Mute: no notifications')
  await expect(page.getByText('You get no notifications')).toBeVisible()
})

test('the data of a client is deleted after one question, which says what stays', async ({ page, world }) => {
  await talkOf(world, { name: 'Maria Ionescu', email: 'maria@example.ro' }, 'My number is 0722')
  await openTalk(page, 'Maria Ionescu')
  await menu(page, 'Delete the client’s data')
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('Not touched: the chat in Chatra, the task')
  await axe(page)
  await dialog.getByRole('button', { name: 'Delete the data' }).click()
  await expect(page.getByText('The backups are replaced.')).toBeVisible()
  await expect(page.getByRole('heading', { level: 1, name: 'Conversations' })).toBeVisible()
  await goTo(page, '/log')
  await expect(page.getByRole('row').nth(1)).toBeVisible()
  await expect(page.getByText(/Maria|0722/)).toHaveCount(0)
})
