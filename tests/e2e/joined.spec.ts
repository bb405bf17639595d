import { axe, expect, goTo, test, until } from './fixtures.ts'
import { line, openLog, panel, talkOf } from './log.ts'

test('two joined devices are separated on the page, and each gets its own replies', async ({
  page,
  world,
}) => {
  const { chatra, planfix } = world
  const who = { name: 'Maria Ionescu', email: 'maria@example.ro' }
  const { visitor: phone, task } = await talkOf(world, who, 'Where is my order?')
  const laptop = await chatra.visit(who)
  await laptop.says('Now from my laptop')
  await until('the laptop in the task of the phone', async () =>
    (await planfix.comments(task.id)).find(({ description }) => description.includes('Now from my laptop')),
  )
  await openLog(page)
  await line(page, 'Now from my laptop').first().click()
  await panel(page).getByRole('link', { name: 'View conversation' }).click()
  const main = page.getByRole('main')
  await expect(main).toContainText('joined: same e-mail and name or phone')
  await axe(page)
  const address = page.url()
  await page.getByRole('button', { name: 'Separate', exact: true }).click()
  await expect(page.getByRole('button', { name: 'Separate', exact: true })).toHaveCount(0)
  await expect(main).not.toContainText('joined: same e-mail')

  await laptop.says('A word of somebody else')
  const own = await until('a task of its own', async () =>
    (await planfix.tasks()).find(({ id }) => id !== task.id),
  )
  await planfix.replies(task.id, 5, 'For the phone')
  await planfix.replies(own.id, 5, 'For the laptop')
  await until('a reply on the phone', async () => (await phone.sees()).includes('For the phone'))
  await until('a reply on the laptop', async () => (await laptop.sees()).includes('For the laptop'))
  expect(await phone.sees()).not.toContain('For the laptop')
  expect(await laptop.sees()).not.toContain('For the phone')
  expect(page.url()).toBe(address)
  await expect(main).not.toContainText('A word of somebody else')
  await goTo(page, '/')
  const happened = page.getByRole('region', { name: 'Recent events' })
  await expect(happened).toContainText('was separated again')
})
