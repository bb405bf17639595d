import { expect, type Locator, type Page } from '@playwright/test'
import { goTo } from './fixtures.ts'
import type { Comment, Planfix, Task, Visitor } from './simulators.ts'
import { until, type World } from './world.ts'

/** The log as a person uses it. */
export const grid = (page: Page): Locator => page.getByRole('grid', { name: 'Messages, newest first' })
export const line = (page: Page, text: string | RegExp): Locator =>
  grid(page).getByRole('row').filter({ hasText: text })
export const panel = (page: Page): Locator =>
  page
    .getByRole('complementary', { name: 'Message', exact: true })
    .or(page.getByRole('dialog', { name: 'Message', exact: true }))
export const search = (page: Page): Locator => page.getByRole('searchbox', { name: 'Search text or client' })
export const found = (page: Page, text: string): Locator => page.getByRole('search').getByText(text)

export async function openLog(page: Page): Promise<void> {
  await goTo(page, '/log')
  await expect(page.getByRole('heading', { name: 'Messages', level: 1 })).toBeVisible()
}

/** A client who has written, and the resulting task. */
export async function talkOf(
  world: World,
  who: Record<string, unknown>,
  ...texts: string[]
): Promise<{ visitor: Visitor; task: Task }> {
  const visitor = await world.chatra.visit(who)
  await world.chatra.post('say', { clientId: visitor.clientId, texts })
  const name = String(who.name)
  const task = await until('the task', async () =>
    (await world.planfix.tasks()).find((one) => one.name.startsWith(name)),
  )
  await until('all of it in the task', async () => {
    const comments = await world.planfix.comments(task.id)
    return texts.every(
      (text) =>
        comments.some(({ description }) => description.includes(text)) || task.description.includes(text),
    )
  })
  return { visitor, task }
}

/** An employee's comment, to be changed later. */
export const commentOf = (planfix: Planfix, task: Task, text: string): Promise<Comment> =>
  until('the comment', async () =>
    (await planfix.comments(task.id)).find(({ description }) => description.includes(text)),
  )

interface FirstLine {
  text: string
  top: number
}

/** The line at the top of the screen and its distance from the top of the list, once one is drawn there. */
export const firstLine = (page: Page): Promise<FirstLine> =>
  until('a line at the top of the screen', async () => {
    const line = await lineAtTop(page)
    return line.top < 100 ? line : undefined
  })

const lineAtTop = (page: Page): Promise<FirstLine> =>
  grid(page).evaluate((element) => {
    const box = element.getBoundingClientRect()
    const lines = [...element.querySelectorAll<HTMLElement>('[role=row][aria-selected]')]
      .map((one) => ({ text: one.textContent, top: one.getBoundingClientRect().top - box.top }))
      .filter(({ top }) => top > 30)
      .sort((one, other) => one.top - other.top)
    return { text: lines[0]?.text ?? '', top: lines[0]?.top ?? Number.MAX_SAFE_INTEGER }
  })

export const scrollTo = (page: Page, share: number): Promise<void> =>
  grid(page).evaluate((element, to) => {
    element.scrollTop = (element.scrollHeight - element.clientHeight) * to
  }, share)

/** Every line on screen is loaded. After a scroll the screen is empty until the list is drawn there. */
export async function allRead(page: Page): Promise<void> {
  await firstLine(page)
  await expect(grid(page).getByRole('row').filter({ hasText: /\S/ }).nth(5)).toBeVisible()
  await expect(grid(page).locator('[role=row][aria-busy=true]')).toHaveCount(0)
}
