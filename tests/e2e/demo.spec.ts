import type { Locator, Page } from '@playwright/test'
import { STORIES, type StoryName } from '../../src/shared/demo/names.ts'
import { stories } from '../../src/shared/demo/stories.ts'
import { type Language, type TextKey, type TextParams, translate } from '../../src/shared/i18n/index.ts'
import { axeInBothThemes, expect, goTo, test } from './fixtures.ts'
import type { World } from './world.ts'

/** The demo's page as a reader uses it. */
function demoOn(page: Page, language: Language = 'en') {
  const t = (key: TextKey, params?: TextParams) => translate(language, key, params)
  const region = (key: TextKey): Locator => page.getByRole('region', { name: t(key), exact: true })
  const demo = {
    t,
    chat: region('demo.chat.label'),
    task: region('demo.task.label'),
    log: region('demo.log.label'),
    overview: region('demo.overview'),
    button: (key: TextKey) => page.getByRole('button', { name: t(key), exact: true }),
    async open(world: World): Promise<void> {
      await world.call('demo.start', {})
      await page.getByRole('link', { name: t('nav.demo'), exact: true }).click()
      await expect(page.getByRole('heading', { level: 1, name: t('demo.title') })).toBeVisible()
    },
    choose: (story: StoryName) =>
      page
        .getByText(t(`demo.story.${story}`), { exact: true })
        .first()
        .click(),
    at: (step: number, story: StoryName) =>
      expect(
        page.getByText(t('demo.step', { number: step, total: stories[story].steps.length })),
      ).toBeVisible(),
    /** Plays all steps with the button, each to its end. */
    async playAll(story: StoryName): Promise<void> {
      const { steps } = stories[story]
      for (const [index, step] of steps.entries()) {
        await demo.button('demo.next').click()
        await demo.at(index + 1, story)
        await expect(page.getByText(texts(story)[index] ?? '', { exact: true })).toBeVisible({
          timeout: 30_000,
        })
        if (step.end === 'stopped') await expect(demo.overview).toContainText(t('error.planfix.failing'))
      }
    },
    /** What one of the places shows; in a narrow window it is chosen first. */
    async view(place: 'chat' | 'task' | 'log', isNarrow: boolean): Promise<Locator> {
      if (isNarrow)
        await page
          .getByText(t(`demo.view.${place}`), { exact: true })
          .first()
          .click()
      return demo[place]
    },
  }
  const texts = (story: StoryName): string[] => {
    const people = { client: t(stories[story].client), employee: 'Ana Rusu' }
    return stories[story].steps.map(({ outcome }) => t(outcome, people))
  }
  return demo
}

/** What people said in a story, by side; `internal` must not be in the chat. */
function said(story: StoryName, language: Language = 'en') {
  const acts = stories[story].steps.map(({ act }) => act)
  const texts = (...kinds: string[]) =>
    acts.flatMap((act) => ('text' in act && kinds.includes(act.do) ? [translate(language, act.text)] : []))
  return {
    open: texts('client-writes', 'employee-replies'),
    internal: texts('employee-notes'),
  }
}

for (const width of [360, 1280])
  for (const story of STORIES)
    test(`“${story}” reaches its end on both sides at ${width} pixels`, async ({ page, world }) => {
      const isNarrow = width === 360
      await page.setViewportSize({ width, height: isNarrow ? 740 : 900 })
      const demo = demoOn(page)
      await demo.open(world)
      await demo.choose(story)
      await demo.playAll(story)
      await expect(page.getByText(demo.t(stories[story].end))).toBeVisible()
      await expect(demo.button('demo.next')).toBeDisabled()
      const { open, internal } = said(story)
      const chat = await demo.view('chat', isNarrow)
      for (const text of open) await expect(chat.getByText(text)).toHaveCount(1)
      for (const text of internal) await expect(chat.getByText(text)).toHaveCount(0)
      const pictures = stories[story].steps.filter(
        ({ act }) => act.do === 'client-sends-picture' || (act.do === 'employee-replies' && act.picture),
      ).length
      await expect(chat.getByRole('img', { name: /\.png$/ })).toHaveCount(pictures)
      const task = await demo.view('task', isNarrow)
      for (const text of [...open, ...internal]) await expect(task.getByText(text)).toHaveCount(1)
      await expect(task.getByText(demo.t('demo.mark.internal'))).toHaveCount(internal.length)
      await expect(task.getByRole('img', { name: /\.png$/ })).toHaveCount(pictures)
      const log = await demo.view('log', isNarrow)
      await expect(log.getByText(demo.t('state.skipped'), { exact: true })).toHaveCount(internal.length)
      await expect(log.getByText(demo.t('log.reason.internal-client-not-notified'))).toHaveCount(
        internal.length,
      )
      await expect(demo.overview).toContainText(demo.t('verdict.good'))
      const outside = await page.evaluate(
        () =>
          [document.scrollingElement, ...document.querySelectorAll('main, main > div')].filter(
            (part) => part !== null && part.scrollWidth > part.clientWidth + 1,
          ).length,
      )
      expect(outside, 'nothing sticks out').toBe(0)
      await axeInBothThemes(page)
    })

test('the waiting message is shown on the client’s side, in the log and on the overview', async ({
  page,
  world,
}) => {
  const demo = demoOn(page)
  await demo.open(world)
  await demo.choose('failure')
  for (const step of [1, 2, 3]) {
    await demo.button('demo.next').click()
    await demo.at(step, 'failure')
    await expect(demo.button('demo.next')).toBeEnabled({ timeout: 30_000 })
  }
  const { t, chat, task, log, overview } = demo
  await expect(chat.getByText(t('demo.mark.waiting'))).toBeVisible()
  await expect(task.getByText(t('demo.task.down'))).toBeVisible()
  await expect(task.getByRole('textbox')).toBeDisabled()
  await expect(task.getByText(t('demo.failure.3.text'))).toHaveCount(0)
  await expect(log.getByText(`Planfix: ${t('log.why-error.failing')}`).first()).toBeVisible()
  await expect(overview).toContainText(t('error.planfix.failing'))
  await axeInBothThemes(page)
  // Another conversation meets the same Planfix, and says what to do.
  await demo.choose('answer')
  await expect(overview).toContainText(t('demo.down-elsewhere', { story: t('demo.story.failure') }))
  await demo.choose('failure')
  await demo.button('demo.again').click()
  await demo.at(0, 'failure')
  await expect(task.getByText(t('demo.task.down'))).toHaveCount(0)
})

test('“Play” goes through all steps, and “Pause” stops it', async ({ page, world }) => {
  const demo = demoOn(page)
  await demo.open(world)
  await demo.button('demo.play').click()
  await demo.at(1, 'answer')
  await demo.button('demo.pause').click()
  await expect(demo.button('demo.play')).toBeVisible()
  await demo.button('demo.play').click()
  await expect(page.getByText(demo.t('demo.answer.end'))).toBeVisible({ timeout: 40_000 })
  await expect(demo.button('demo.play')).toBeDisabled()
})

test('both people can be played by keyboard; a comment without the tick stays inside', async ({
  page,
  world,
}) => {
  const demo = demoOn(page)
  await demo.open(world)
  const { chat, task, t } = demo
  await chat.getByRole('textbox').focus()
  await page.keyboard.type('Do you sell umbrellas?')
  await page.keyboard.press('Enter')
  await expect(task.getByText('Do you sell umbrellas?')).toBeVisible()
  await task.getByRole('textbox').focus()
  await page.keyboard.type('We do.')
  await page.keyboard.press('Enter')
  await expect(chat.getByText('We do.')).toBeVisible()
  await task.getByRole('textbox').focus()
  await page.keyboard.type('Check the stock')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Space')
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  await expect(task.getByText(t('demo.mark.internal'))).toBeVisible()
  await expect(chat.getByText('Check the stock')).toHaveCount(0)
})

test('the demo is named on its page alone, and leaves the real connection as it is', async ({
  page,
  world,
}) => {
  const demo = demoOn(page)
  const before = await world.call('state.get', {})
  await demo.open(world)
  await expect(page.getByText(demo.t('shell.demo'))).toBeVisible()
  await demo.button('demo.next').click()
  await expect(demo.task.getByText(demo.t('demo.answer.1.text'))).toBeVisible()
  for (const route of ['/', '/log', '/settings/shop']) {
    await goTo(page, route)
    await expect(page.locator('main h1')).toBeVisible()
    await expect(page.getByText(demo.t('shell.demo'))).toHaveCount(0)
  }
  await goTo(page, '/log')
  await expect(page.getByText(demo.t('demo.answer.1.text'))).toHaveCount(0)
  await goTo(page, '/demo')
  await demo.button('demo.stop').click()
  await expect(page.getByRole('heading', { level: 1, name: demo.t('nav.overview') })).toBeVisible()
  await expect(page.getByRole('link', { name: demo.t('nav.demo'), exact: true })).toHaveCount(0)
  const after = await world.call('state.get', {})
  expect(after.connections.map(({ id, demo: isDemo, counts }) => ({ id, isDemo, counts }))).toEqual(
    before.connections.map(({ id, demo: isDemo, counts }) => ({ id, isDemo, counts })),
  )
})

for (const language of ['ro', 'ru'] as const)
  test.describe(`in the language ${language}`, () => {
    test.use({ worldOptions: { language } })
    test('the story and its people speak it, and it is whole at 360 pixels', async ({ page, world }) => {
      await page.setViewportSize({ width: 360, height: 740 })
      const demo = demoOn(page, language)
      await demo.open(world)
      await demo.choose('inside')
      await demo.playAll('inside')
      const chat = await demo.view('chat', true)
      for (const text of said('inside', language).open) await expect(chat.getByText(text)).toBeVisible()
      const sticking = await page.evaluate(() =>
        [...document.querySelectorAll('main, main > div')].some(
          (part) => part.scrollWidth > part.clientWidth + 1,
        ),
      )
      expect(sticking).toBe(false)
    })
  })
