import { fillStore } from '../bench/stored.ts'
import { expect, HOOK_SECRET, openPrinted, test, until } from './fixtures.ts'
import { allRead, firstLine, found, grid, line, openLog, panel, scrollTo, search, talkOf } from './log.ts'

test('a message appears at the top at once, and its state is shown', async ({ page, world }) => {
  await openLog(page)
  await expect(page.getByText('No messages yet')).toBeVisible()
  await expect(page.getByRole('link', { name: 'Run check-up' })).toBeVisible()
  await talkOf(world, { name: 'Maria Ionescu' }, 'Când ajunge comanda mea?')
  const message = line(page, 'Când ajunge comanda mea?')
  await expect(message).toContainText('delivered')
  await expect(message).toContainText('Maria Ionescu')
  await expect(found(page, '1 message')).toBeVisible()

  await message.click()
  await expect(panel(page)).toContainText('It is in the Planfix task.')
  const life = panel(page).getByRole('listitem')
  await expect(life.first()).toContainText('received')
  await expect(life.last()).toContainText('delivered')
  const task = panel(page).getByRole('link', { name: 'Task in Planfix' })
  await expect(task).toHaveAttribute('href', new RegExp(`^${world.planfix.webUrl}/task/\\d+$`))
  for (const link of [task, panel(page).getByRole('link', { name: 'Chat in Chatra' })]) {
    await expect(link).toHaveAttribute('target', '_blank')
    await expect(link).toHaveAttribute('rel', /noopener/)
  }
})

test('a message that was not sent shows why, and a filter finds it', async ({ page, world }) => {
  const { task } = await talkOf(world, { name: 'Pavel' }, 'Привет')
  await world.planfix.replies(task.id, 5, 'Only between us', { recipients: ['user:6'] })
  await openLog(page)
  await page.setViewportSize({ width: 1600, height: 1000 })
  await expect(line(page, 'Only between us')).toContainText('internal comment')
  await page.getByText('Not sent', { exact: true }).click()
  await expect(found(page, '1 of 2')).toBeVisible()
  await expect(line(page, 'Привет')).toHaveCount(0)
  await line(page, 'Only between us').click()
  await expect(panel(page)).toContainText('The client was not selected under “Notify”')
  await page.getByText('Needs attention', { exact: true }).click()
  await expect(page.getByText('No messages found')).toBeVisible()
  await page.getByRole('button', { name: 'Reset filters' }).last().click()
  await expect(found(page, '2 messages')).toBeVisible()
})

test('a search finds words ignoring accents, while typing, and is remembered', async ({ page, world }) => {
  await talkOf(world, { name: 'Ștefan' }, 'Vreau să știu când sosește coletul', 'Mulțumesc')
  await talkOf(world, { name: 'Alexei' }, 'Где мой заказ?')
  await openLog(page)
  await page.keyboard.press('/')
  await expect(search(page)).toBeFocused()
  await page.keyboard.type('cand soseste')
  await expect(found(page, '1 of 3')).toBeVisible()
  await expect(line(page, 'Vreau să știu')).toBeVisible()
  // By the client's name too.
  await search(page).fill('stefan')
  await expect(found(page, '2 of 3')).toBeVisible()
  // A new message that fits comes in, another one does not.
  await talkOf(world, { name: 'Ivan' }, 'Добрый день')
  await talkOf(world, { name: 'Ștefania' }, 'Sunt iar eu')
  await expect(line(page, 'Sunt iar eu')).toBeVisible()
  await expect(found(page, '3 of 5')).toBeVisible()
  await expect(line(page, 'Добрый день')).toHaveCount(0)

  await page.getByRole('link', { name: 'Overview' }).click()
  await page.getByRole('link', { name: 'Messages', exact: true }).click()
  await expect(search(page)).toHaveValue('stefan')
  await expect(found(page, '3 of 5')).toBeVisible()
  await page.keyboard.press('/')
  await page.keyboard.press('Escape')
  await expect(found(page, '5 messages')).toBeVisible()
})

test('filters by direction, client, employee and day narrow the list', async ({ page, world }) => {
  const { task } = await talkOf(world, { name: 'Maria', email: 'maria@example.com' }, 'First', 'Second')
  await talkOf(world, { name: 'Pavel' }, 'Third')
  await world.planfix.replies(task.id, 5, 'Answer of Ana')
  await page.setViewportSize({ width: 1600, height: 1000 })
  await openLog(page)
  await expect(found(page, '4 messages')).toBeVisible()
  const choose = async (filter: string, option: string) => {
    await page
      .getByRole('combobox', { name: filter })
      .or(page.getByRole('textbox', { name: filter }))
      .click()
    await page.getByRole('option', { name: option }).click()
  }
  await choose('Direction', 'To client')
  await expect(found(page, '1 of 4')).toBeVisible()
  await page.getByRole('button', { name: 'Reset filters' }).click()
  await choose('Client', 'Maria')
  await expect(found(page, '3 of 4')).toBeVisible()
  await choose('Employee', 'Ana')
  await expect(found(page, '1 of 4')).toBeVisible()
  await expect(line(page, 'Answer of Ana')).toBeVisible()
  await page.getByRole('button', { name: 'Reset filters' }).click()
  await page.getByRole('button', { name: 'Time: Any time' }).click()
  await page.getByRole('button', { name: 'Yesterday' }).click()
  await expect(page.getByText('No messages found')).toBeVisible()
  await page.getByRole('button', { name: 'Time: Yesterday' }).click()
  const today = page.locator('[data-today]')
  await today.click()
  await today.click()
  await expect(found(page, '4 of 4')).toBeVisible()
})

test('the log is usable with the keyboard alone', async ({ page, world }) => {
  await page.setViewportSize({ width: 1600, height: 1000 })
  await talkOf(world, { name: 'Maria' }, 'One', 'Two', 'Three')
  await openLog(page)
  await expect(grid(page)).toHaveAttribute('aria-rowcount', '4')
  await grid(page).focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(panel(page)).toContainText('Two')
  // The open message is updated too.
  await page.keyboard.press('ArrowDown')
  await expect(panel(page)).toContainText('One')
  await page.keyboard.press('Home')
  await expect(panel(page)).toContainText('Three')
  const active = await grid(page).getAttribute('aria-activedescendant')
  await expect(page.locator(`#${active}`)).toHaveAttribute('aria-rowindex', '2')
  await page.keyboard.press('Escape')
  await expect(panel(page)).toHaveCount(0)
  await expect(grid(page)).toBeFocused()

  // In front of the list where there is no room beside it.
  await page.setViewportSize({ width: 900, height: 600 })
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: 'Message', exact: true })).toContainText('Three')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(grid(page)).toBeFocused()
})

test.describe('a reader further down the list', () => {
  test.use({ worldOptions: { prepare: (dir) => fillStore(dir, 3000) } })

  test('a stream of messages moves nothing, is counted, and can be opened', async ({ page, world }) => {
    await openLog(page)
    await allRead(page)
    await grid(page).evaluate((element) => {
      element.scrollTop = 20_013
    })
    await allRead(page)
    const before = await firstLine(page)
    const visitor = await world.chatra.visit({ name: 'Maria' })
    for (let part = 0; part < 5; part++) {
      const texts = Array.from({ length: 5 }, (_, n) => `news ${part * 5 + n}`)
      await world.chatra.post('say', { clientId: visitor.clientId, texts })
      await until(
        'them in the log',
        async () => (await page.getByText(`${part * 5 + 5} new messages`).count()) > 0,
      )
      expect(await firstLine(page)).toEqual(before)
    }
    await expect(line(page, 'news')).toHaveCount(0)
    await page.getByRole('button', { name: '25 new messages' }).click()
    await expect(line(page, 'news 24')).toBeVisible()
    await expect(page.getByText('new messages')).toHaveCount(0)
    await expect(found(page, '3,025 messages')).toBeVisible()
    await world.chatra.post('say', { clientId: visitor.clientId, texts: ['the latest'] })
    await expect(line(page, 'the latest')).toBeVisible()
    await expect(grid(page).getByRole('row').nth(1)).toContainText('the latest')
  })

  test('returning from a conversation shows the previous position', async ({ page }) => {
    await page.setViewportSize({ width: 1600, height: 1000 })
    await openLog(page)
    await allRead(page)
    await grid(page).evaluate((element) => {
      element.scrollTop = 34_007
    })
    await allRead(page)
    const before = await firstLine(page)
    await line(page, before.text.match(/An old message number \d+/)?.[0] ?? '')
      .first()
      .click()
    await panel(page).getByRole('link', { name: 'View conversation' }).click()
    await expect(page.getByRole('heading', { name: 'Conversation with Visitor' })).toBeVisible()
    await page.getByRole('link', { name: 'Back to messages' }).click()
    await allRead(page)
    expect(await firstLine(page)).toEqual(before)
    await expect(panel(page)).toBeVisible()
  })

  test('a lost connection is recovered without a jump', async ({ page, world, trouble }) => {
    trouble.expect(/ERR_FAILED/)
    const lines: { close(): Promise<void> }[] = []
    await page.routeWebSocket('**/api/live', (route) => {
      route.connectToServer()
      lines.push(route)
    })
    await page.goto('about:blank')
    await openPrinted(page, world, '/log')
    await allRead(page)
    await scrollTo(page, 0.5)
    await allRead(page)
    const before = await firstLine(page)
    // Nothing is delivered for a while.
    await page.route('**/api/call/**', (route) => route.abort())
    await lines.at(-1)?.close()
    await expect(page.getByText('The bridge is not responding')).toBeVisible()
    await talkOf(world, { name: 'Maria' }, 'said meanwhile', 'and this')
    await page.unroute('**/api/call/**')
    await expect(page.getByText('The bridge is not responding')).toBeHidden()
    await expect(page.getByRole('button', { name: '2 new messages' })).toBeVisible()
    expect(await firstLine(page)).toEqual(before)
    await page.getByRole('button', { name: '2 new messages' }).click()
    await expect(line(page, 'and this')).toBeVisible()
  })

  test('a restarted bridge is read from the current position', async ({ page, world, trouble }) => {
    trouble.expect(/ERR_|WebSocket|401/)
    await openLog(page)
    await allRead(page)
    await world.restartServer()
    await openPrinted(page, world, '/log')
    await talkOf(world, { name: 'Maria' }, 'after the start')
    await expect(line(page, 'after the start')).toBeVisible()
  })
})

test('raw data shows the original payload without secrets, and copies it', async ({ page, world }) => {
  await talkOf(
    world,
    { name: 'Maria' },
    `My hook is ${HOOK_SECRET} and my token ${world.planfix.token}, fine?`,
  )
  await openLog(page)
  await line(page, 'My hook is').click()
  await panel(page).getByRole('button', { name: 'Show raw data' }).click()
  const raw = panel(page).getByRole('region', { name: 'Raw data' })
  await expect(raw).toContainText('"eventName"')
  await expect(raw).toContainText('fine?')
  await panel(page).getByRole('button', { name: 'Copy' }).click()
  await expect(panel(page).getByText('Copied')).toBeVisible()
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  for (const secret of [HOOK_SECRET, world.planfix.token, world.chatra.secretKey, world.chatra.publicKey]) {
    await expect(raw).not.toContainText(secret)
    expect(copied).not.toContain(secret)
  }
})
