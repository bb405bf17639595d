import { axeInBothThemes, expect, goTo, test, until } from './fixtures.ts'
import { line, openLog, panel, search, talkOf } from './log.ts'

test('stuck messages are selected, dismissed at once, and the dismissal is taken back', async ({
  page,
  world,
}) => {
  const { visitor, task } = await talkOf(world, { name: 'Anna' }, 'Hello')
  await world.chatra.fault({ kind: 'status', method: 'POST', path: '/messages', status: 400, times: 30 })
  for (const text of ['First', 'Second', 'Third']) await world.planfix.replies(task.id, 5, text)
  const stuck = async (count: number) => {
    const filter = { states: ['failed' as const] }
    await until('them', async () => (await world.call('log.outline', { filter })).total === count)
  }
  await stuck(3)
  await openLog(page)
  for (const text of ['First', 'Second']) await line(page, `Ana Rusu: ${text}`).getByRole('checkbox').check()
  const bar = page.getByRole('toolbar', { name: 'Selected messages' })
  await expect(bar).toContainText('2 selected')
  await axeInBothThemes(page)
  await bar.getByRole('button', { name: 'Dismiss (2)' }).click()
  await expect(page.getByText('2 messages dismissed.')).toBeVisible()
  await expect(line(page, 'Ana Rusu: First')).toContainText('not sent')
  await expect(bar).toBeHidden()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(line(page, 'Ana Rusu: First')).toContainText('failed')

  await world.chatra.clearFaults()
  await goTo(page, '/')
  await page.getByRole('region', { name: 'State of the bridge' }).getByRole('link').click()
  await expect(page.getByRole('group', { name: 'Active filters' })).toContainText('Needs attention')
  await line(page, 'Ana Rusu: Third').click()
  await expect(panel(page)).toBeVisible()
  await page.getByRole('button', { name: 'Send all again (3)' }).click()
  const dialog = page.getByRole('dialog', { name: 'Send them again?' })
  await dialog.getByRole('button', { name: 'Send again' }).click()
  await expect(page.getByText('3 messages are being sent again.')).toBeVisible()
  await until('all of them', async () => {
    const seen = await visitor.sees()
    return ['First', 'Second', 'Third'].every((text) => seen.includes(text))
  })
  // The panel leaves with its message.
  await expect(panel(page)).toHaveCount(0)
  await expect(page.getByText('No messages found')).toBeVisible()

  // The filter of the link ends with the visit.
  await page.getByRole('link', { name: 'Overview' }).click()
  await page.getByRole('link', { name: /^Messages/ }).click()
  await expect(line(page, 'Hello')).toBeVisible()
  await expect(page.getByRole('group', { name: 'Active filters' })).toHaveCount(0)
})

test('filters in use are shown as chips, hits are marked, and Esc leaves the search', async ({
  page,
  world,
}) => {
  await talkOf(world, { name: 'Ștefan' }, 'Livrați la Bălți?', 'Thank you')
  await openLog(page)
  const field = search(page)
  await field.fill('balti')
  await expect(page.locator('mark')).toHaveText('Bălți')
  const chips = page.getByRole('group', { name: 'Active filters' })
  await expect(chips).toContainText('Search: balti')
  await axeInBothThemes(page)
  await chips.getByRole('button', { name: 'Remove the filter Search: balti' }).click()
  await expect(field).toHaveValue('')
  await expect(line(page, 'Thank you')).toBeVisible()
  await field.fill('thank')
  await field.press('Escape')
  await expect(field).toHaveValue('')
  await field.press('Escape')
  await expect(field).not.toBeFocused()
})
