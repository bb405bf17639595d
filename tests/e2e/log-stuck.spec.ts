import { expect, test, until } from './fixtures.ts'
import { line, openLog, panel, talkOf } from './log.ts'

const POST = { method: 'POST', path: '/messages' }

test('a reply that Chatra refused can be sent again', async ({ page, world }) => {
  const { visitor, task } = await talkOf(world, { name: 'Maria' }, 'Hello?')
  await world.chatra.fault({ ...POST, kind: 'status', status: 400, times: 2 })
  await world.planfix.replies(task.id, 5, 'We are here')
  await openLog(page)
  const reply = line(page, /Ana Rusu: We are here/)
  await expect(reply).toContainText('failed')
  await reply.click()
  await expect(panel(page)).toContainText('Chatra rejected the message.')
  await expect(panel(page)).toContainText('it will not be duplicated')
  await world.chatra.clearFaults()
  await panel(page).getByRole('button', { name: 'Send again' }).click()
  await expect(reply).toContainText('delivered')
  await expect(panel(page).getByRole('listitem').filter({ hasText: 'sent again by you' })).toBeVisible()
  expect((await visitor.sees()).filter((text) => text === 'We are here')).toHaveLength(1)
})

test('an uncertain reply explains the risk of sending it again, and can be dismissed', async ({
  page,
  world,
}) => {
  const { visitor, task } = await talkOf(world, { name: 'Maria' }, 'Hello?')
  await world.chatra.fault({ ...POST, kind: 'reset-before-write', times: 1 })
  await world.planfix.replies(task.id, 5, 'Perhaps it arrives')
  await openLog(page)
  await page.getByText('Needs attention', { exact: true }).click()
  const reply = line(page, 'Perhaps it arrives')
  await expect(reply).toContainText('unconfirmed')
  await reply.click()
  await panel(page).getByRole('button', { name: 'Send again' }).click()
  const question = page.getByRole('dialog', { name: 'Send it again?' })
  await expect(question).toContainText('would then see it twice')
  await page.keyboard.press('Escape')
  await expect(question).toBeHidden()
  await expect(panel(page)).toBeVisible()

  await panel(page).getByRole('button', { name: 'Dismiss' }).click()
  await expect(page.getByText('1 message dismissed.')).toBeVisible()
  await expect(panel(page)).toContainText('You dismissed it.')
  // It stays for a moment, then the filter removes it.
  await expect(page.getByText('No messages found')).toBeVisible()
  await page.getByRole('button', { name: 'Reset filters' }).last().click()
  await expect(line(page, 'Perhaps it arrives')).toContainText('not sent')
  await expect(panel(page)).toHaveCount(0)
  await line(page, 'Perhaps it arrives').click()

  // A dismissed message can still be sent.
  await panel(page).getByRole('button', { name: 'Send again' }).click()
  await until('the reply', async () => (await visitor.sees()).includes('Perhaps it arrives'))
  await expect(line(page, 'Perhaps it arrives')).toContainText('delivered')
})
