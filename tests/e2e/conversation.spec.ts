import type { Locator, Page } from '@playwright/test'
import { axeInBothThemes, expect, goTo, SIZES, sized, test, until } from './fixtures.ts'
import { commentOf, line, openLog, panel, talkOf } from './log.ts'

const chat = (page: Page): Locator => page.getByRole('log', { name: 'Messages of the conversation' })
const bubble = (page: Page, text: string): Locator =>
  chat(page).getByRole('listitem').filter({ hasText: text })

async function open(page: Page, text: string): Promise<void> {
  await openLog(page)
  await line(page, text).first().click()
  await panel(page).getByRole('link', { name: 'View conversation' }).click()
  await expect(chat(page)).toBeVisible()
}

test('a conversation reads like the chat, with the state of each message', async ({ page, world }) => {
  await sized(page, 1600, 1000)
  const { chatra, planfix } = world
  const who = { name: 'Maria Ionescu', email: 'maria@example.ro', city: 'Cluj', country: 'Romania' }
  const { visitor, task } = await talkOf(world, who, 'Când ajunge comanda mea?')
  await planfix.replies(task.id, 5, 'It is on its way')
  await planfix.replies(task.id, 6, 'Please call the courier', { recipients: ['user:5'] })
  const [agent] = await chatra.agents()
  await chatra.agentSays(visitor.clientId, 'This is the warehouse', agent?.id)
  await until('the reply in the chat', async () => (await visitor.sees()).includes('It is on its way'))
  await open(page, 'Când ajunge comanda mea?')
  await expect(page.getByRole('heading', { name: 'Conversation with Maria Ionescu' })).toBeVisible()
  await expect(page.getByText('maria@example.ro')).toBeVisible()
  await expect(page.getByText('Cluj, Romania')).toBeVisible()
  await expect(page.getByRole('link', { name: `Task ${task.id} (active)` })).toHaveAttribute(
    'rel',
    /noopener/,
  )
  await expect(page.getByRole('link', { name: 'Contact in Planfix' })).toBeVisible()

  const left = (await bubble(page, 'Când ajunge').locator('> *').boundingBox())!
  const right = (await bubble(page, 'It is on its way').locator('> *').boundingBox())!
  expect(right.x + right.width).toBeGreaterThan(left.x + left.width + 100)
  await expect(bubble(page, 'It is on its way')).toContainText('delivered')
  await expect(bubble(page, 'Please call the courier')).toContainText('Internal: not visible to the client')
  await expect(bubble(page, 'This is the warehouse')).toContainText('typed in Chatra')
  await expect(chat(page).getByText('Today')).toBeVisible()

  // Live: edits and deletions in Planfix appear at the message.
  const comment = await commentOf(planfix, task, 'It is on its way')
  await planfix.post('editsComment', { commentId: comment.id, html: '<p>It arrives tomorrow</p>' })
  await expect(bubble(page, 'It arrives tomorrow')).toContainText(/edited \d\d:\d\d/)
  await planfix.post('deletesComment', { commentId: comment.id })
  await expect(bubble(page, 'It arrives tomorrow')).toContainText(/deleted in Planfix \d\d:\d\d/)
  await visitor.says('Thank you')
  await expect(bubble(page, 'Thank you')).toBeInViewport()

  await bubble(page, 'Please call the courier').getByRole('button').click()
  await expect(panel(page)).toContainText('edit the comment in Planfix and select the client')
  await page.keyboard.press('Escape')
  await expect(panel(page)).toHaveCount(0)
})

test('older messages are loaded on scrolling up, and nothing jumps', async ({ page, world }) => {
  const texts = Array.from({ length: 160 }, (_, n) => `line ${n} of a long story`)
  const { visitor } = await talkOf(world, { name: 'Maria' }, ...texts)
  await open(page, 'line 159')
  await expect(bubble(page, 'line 159 of')).toBeInViewport()
  await expect(bubble(page, 'line 20 of')).toHaveCount(0)
  // Further up, where the next part is loaded.
  await chat(page).evaluate((element) => {
    element.scrollTop = 300
  })
  const first = () =>
    chat(page).evaluate((element) => {
      const top = element.getBoundingClientRect().top
      const item = [...element.querySelectorAll('[data-id]')].find(
        (one) => one.getBoundingClientRect().bottom > top,
      )
      return { text: item?.textContent, top: Math.round((item?.getBoundingClientRect().top ?? 0) - top) }
    })
  const before = await first()
  await expect(bubble(page, 'line 50 of')).toHaveCount(1)
  expect(await first()).toEqual(before)

  // New messages wait at the end.
  await visitor.says('one more thing')
  await page.getByRole('button', { name: '1 new message' }).waitFor()
  expect(await first()).toEqual(before)
  await page.getByRole('button', { name: '1 new message' }).click()
  await expect(bubble(page, 'one more thing')).toBeInViewport()
  await expect(page.getByRole('button', { name: '1 new message' })).toHaveCount(0)

  await chat(page).evaluate(async (element) => {
    while (!element.textContent?.includes('line 0 of')) {
      element.scrollTop = 0
      await new Promise(requestAnimationFrame)
    }
    element.scrollTop = 0
  })
  await expect(chat(page).getByText('Start of the conversation')).toBeVisible()
  await expect(chat(page).getByRole('listitem').filter({ hasText: 'of a long story' })).toHaveCount(160)
})

test('a conversation that does not exist is reported', async ({ page }) => {
  await goTo(page, '/conversation/999')
  await expect(page.getByText('This no longer exists.')).toBeVisible()
})

test('axe finds no serious problem in a conversation, small and large, in either theme', async ({
  page,
  world,
}) => {
  const { task } = await talkOf(
    world,
    { name: 'Maria', email: 'maria@example.ro' },
    'Hello',
    'Anybody there?',
  )
  await world.planfix.replies(task.id, 5, 'We are here')
  await world.planfix.replies(task.id, 6, 'Be kind to her', { recipients: ['user:5'] })
  await open(page, 'Be kind to her')
  await expect(bubble(page, 'We are here')).toContainText('delivered')
  for (const [width, height] of SIZES) {
    await sized(page, width, height)
    await axeInBothThemes(page)
    await bubble(page, 'We are here').getByRole('button').click()
    await expect(panel(page).getByText('History')).toBeVisible()
    await axeInBothThemes(page)
    await page.keyboard.press('Escape')
    await expect(panel(page)).toHaveCount(0)
  }
})
