import { fillStore } from '../bench/stored.ts'
import { expect, test } from './fixtures.ts'
import { allRead, found, grid, line, openLog, scrollTo, search } from './log.ts'

test.use({ worldOptions: { prepare: (dir) => fillStore(dir, 100_000) } })
test.slow()

test('100,000 messages scroll to the middle and the end, and only near ones are loaded', async ({
  page,
}, testInfo) => {
  const asked: unknown[] = []
  page.on('request', (request) => {
    if (request.url().endsWith('/log.page')) asked.push(request.postDataJSON())
  })
  await openLog(page)
  await expect(found(page, '100,000 messages')).toBeVisible()
  await expect(grid(page)).toHaveAttribute('aria-rowcount', '100001')
  await allRead(page)

  const frames = await grid(page).evaluate(async (element) => {
    const longest = async (step: number, count: number) => {
      let [before, most] = [performance.now(), 0]
      for (let frame = 0; frame < count; frame++) {
        element.scrollTop += step
        await new Promise(requestAnimationFrame)
        const now = performance.now()
        most = Math.max(most, now - before)
        before = now
      }
      return Math.round(most)
    }
    return {
      reading: await longest(60, 40),
      skimming: await longest(900, 40),
      dragging: await longest(13_000, 40),
    }
  })
  testInfo.annotations.push({ type: 'longest frame, ms', description: JSON.stringify(frames) })
  console.log(`longest frames in ms: ${JSON.stringify(frames)}`)

  await scrollTo(page, 0.5)
  await allRead(page)
  await expect(line(page, /An old message number (49|50)\d{3} /).first()).toBeVisible()
  await scrollTo(page, 1)
  await allRead(page)
  await expect(line(page, 'An old message number 0 about')).toBeVisible()
  await scrollTo(page, 0)
  await expect(line(page, 'An old message number 99999 about')).toBeVisible()

  // Of 500 pages only the visited ones are loaded, and never more of the document than the screen shows.
  expect(asked.length).toBeLessThan(70)
  expect(await grid(page).getByRole('row').count()).toBeLessThan(80)

  await search(page).fill('number 77123')
  await expect(found(page, '1 of 100,000')).toBeVisible()
  await expect(line(page, 'An old message number 77123 about')).toBeVisible()
})
