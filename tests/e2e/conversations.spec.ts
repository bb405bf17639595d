import { axeInBothThemes, expect, goTo, sized, test, until } from './fixtures.ts'

test('who waits for an answer stands on the overview and in the navigation, until a reply is sent', async ({
  page,
  chatra,
  planfix,
}) => {
  const anna = await chatra.visit({ name: 'Anna', email: 'anna@mail.example' })
  await anna.says('Do you have this in size 42?')
  const waiting = page.getByRole('region', { name: 'Waiting for an answer' })
  await expect(waiting.getByRole('listitem')).toHaveCount(1)
  await expect(waiting).toContainText('Do you have this in size 42?')
  const link = page.getByRole('link', { name: /^Conversations/ })
  await expect(link).toContainText('1 client is waiting for an answer')
  await axeInBothThemes(page)

  const task = await until('the task', async () => (await planfix.tasks())[0])
  await planfix.replies(task.id, 5, 'Ask the storekeeper', { recipients: ['user:7'] })
  await link.click()
  const row = page.getByRole('listitem').filter({ hasText: 'Anna' })
  await expect(row).toContainText('Ana Rusu: Ask the storekeeper')
  await expect(row).toContainText('waiting 1 min')
  await planfix.replies(task.id, 5, 'Yes, we do')
  await expect(row).toContainText('Ana Rusu: Yes, we do')
  await expect(row).not.toContainText('waits')
  await expect(link).not.toContainText('waits')
})

test('a conversation is found by name, e-mail and the number of its task, and opened', async ({
  page,
  chatra,
  planfix,
}) => {
  const names = ['Anna', 'Boris']
  for (const name of names) {
    const visitor = await chatra.visit({ name, email: `${name.toLowerCase()}@mail.example` })
    await visitor.says(`${name} asks`)
  }
  const task = await until('the task', async () =>
    (await planfix.tasks()).find((one) => one.name === 'Boris (Chatra)'),
  )
  await goTo(page, '/conversations')
  const rows = page.getByRole('list', { name: 'Conversations, latest first' }).getByRole('listitem')
  await expect(rows).toHaveCount(2)
  const search = page.getByRole('searchbox')
  for (const text of ['bor', 'boris@mail', `#${task.id}`]) {
    await search.fill(text)
    await expect(rows).toHaveCount(1)
    await expect(rows).toContainText('Boris asks')
  }
  await search.fill('nobody of that name')
  await expect(page.getByText('Nothing found')).toBeVisible()
  await axeInBothThemes(page)
  await search.press('Escape')
  await expect(rows).toHaveCount(2)
  await search.press('Escape')
  await expect(search).not.toBeFocused()
  await sized(page, 360, 740)
  await axeInBothThemes(page)
  await rows.filter({ hasText: 'Boris' }).getByRole('link', { name: 'Boris' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Boris')
})

test('what needs no answer leaves the list, and the decision can be taken back', async ({ page, chatra }) => {
  const anna = await chatra.visit({ name: 'Anna' })
  await anna.says('I will think about it')
  const waiting = page.getByRole('region', { name: 'Waiting for an answer' })
  await waiting.getByRole('button', { name: 'No answer needed' }).click()
  await expect(waiting).toContainText('Nobody is waiting for an answer.')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(waiting.getByRole('listitem')).toContainText('I will think about it')
})
