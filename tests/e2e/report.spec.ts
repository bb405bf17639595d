import { readFile } from 'node:fs/promises'
import { axeInBothThemes, expect, goTo, test, until } from './fixtures.ts'
import { talkOf } from './log.ts'

test('the report counts chats and first replies by person, and saves them as a table', async ({
  page,
  world,
}) => {
  const { visitor, task } = await talkOf(world, { name: 'Anna' }, 'Hello')
  await world.planfix.replies(task.id, 5, 'Good morning')
  await until('the reply', async () => (await visitor.sees()).includes('Good morning'))
  await talkOf(world, { name: 'Boris' }, 'Is anybody there?')
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Report' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Report' })).toBeVisible()
  await expect(page.getByText('1 of 2')).toBeVisible()
  const employees = page.getByRole('region', { name: 'By employee' })
  await expect(employees.getByRole('row').filter({ hasText: 'Ana Rusu' })).toContainText(/Ana Rusu11/)
  const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'long', timeZone: 'Europe/Chisinau' }).format(
    Date.now(),
  )
  await expect(page.getByRole('row').filter({ hasText: weekday })).toContainText('2')
  await axeInBothThemes(page)
  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save as table (CSV)' }).click()
  const text = await readFile(await (await saving).path(), 'utf8')
  expect(text).toContain('All,,2,1,1,')
  await page.getByRole('combobox', { name: 'Period' }).click()
  await page.getByRole('option', { name: 'Last 7 days' }).click()
  await expect(page.getByText('1 of 2')).toBeVisible()
  await page.getByRole('combobox', { name: 'Period' }).click()
  await page.getByRole('option', { name: 'Week of' }).click()
  await expect(page.getByText('No chats in this period.')).toBeVisible()
  // As the weekly summary links to it, while the page is open.
  await goTo(page, `/report?week=${Date.now()}`)
  await expect(page.getByText('1 of 2')).toBeVisible()
  await expect(page.getByRole('combobox', { name: 'Period' })).toHaveValue(/^Week of \d+ \w+ \d{4} – /)
})
