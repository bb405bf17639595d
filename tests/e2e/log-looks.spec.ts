import { axeInBothThemes, expect, SIZES, sized, test } from './fixtures.ts'
import { fillHistory } from './history.ts'
import { allRead, grid, line, openLog, panel, search } from './log.ts'

test.use({ worldOptions: { prepare: (dir) => fillHistory(dir, { until: Date.now(), seed: 3 }) } })

for (const [width, height] of SIZES) {
  test(`axe finds no serious problem in log and filters, in either theme, ${width}x${height}`, async ({
    page,
  }) => {
    await sized(page, width, height)
    await openLog(page)
    await allRead(page)
    await axeInBothThemes(page)
    await grid(page).getByRole('row').nth(2).click()
    await expect(panel(page).getByText('History')).toBeVisible()
    await panel(page).getByRole('button', { name: 'Show raw data' }).click()
    await expect(panel(page).getByText('Keys and tokens are hidden')).toBeVisible()
    await axeInBothThemes(page)
    await panel(page).getByRole('button', { name: 'Close the message' }).click()
    await expect(panel(page)).toHaveCount(0)

    await search(page).fill('no such word')
    await expect(page.getByText('No messages found')).toBeVisible()
    await page.getByRole('button', { name: /^Time/ }).click()
    await expect(page.getByRole('button', { name: 'Next month' })).toBeVisible()
    await axeInBothThemes(page)
  })
}

test('axe finds no serious problem in the filters of a narrow window, in either theme', async ({ page }) => {
  await sized(page, ...SIZES[0])
  await openLog(page)
  await page.getByRole('button', { name: 'Filters', exact: true }).click()
  await page.getByRole('combobox', { name: 'Direction' }).click()
  await expect(page.getByRole('option', { name: 'To client' })).toBeVisible()
  await axeInBothThemes(page)
})

test('nothing moves while the log loads', async ({ page }) => {
  await sized(page, 1600, 1000)
  await page.addInitScript(() => {
    Object.assign(window, { shifts: [] })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[])
        (window as unknown as { shifts: number[] }).shifts.push(entry.value)
    }).observe({ type: 'layout-shift', buffered: true })
  })
  await page.reload()
  await openLog(page)
  await allRead(page)
  const shifts = await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts)
  expect(shifts.reduce((sum, one) => sum + one, 0)).toBeLessThan(0.02)
})

test.describe('in Russian', () => {
  test.use({
    worldOptions: { language: 'ru', prepare: (dir) => fillHistory(dir, { until: Date.now(), seed: 3 }) },
  })

  test('texts, numbers and the calendar are Russian', async ({ page }) => {
    await page.evaluate(() => {
      location.hash = '/log'
    })
    await expect(page.getByRole('heading', { name: 'Сообщения', level: 1 })).toBeVisible()
    await expect(page.getByText(/^\d сообщени|^\d{1,3}(\s\d{3})? сообщени/).first()).toBeVisible()
    await page.getByRole('button', { name: /Время/ }).click()
    await expect(page.getByText('пн', { exact: true })).toBeVisible()
  })
})

test('the overview leads to the messages that need the owner', async ({ page }) => {
  await page.getByRole('link', { name: 'View messages' }).first().click()
  await expect(page.getByRole('radio', { name: 'Needs attention' })).toBeChecked()
  await expect(grid(page).getByRole('row').nth(1)).toContainText(/failed|unclear/)
  await expect(line(page, 'delivered')).toHaveCount(0)
  expect(page.url()).not.toContain('state=')
})

test('a link to the messages that need the owner works in a new tab too', async ({
  page,
  context,
  world,
}) => {
  const href = await page.getByRole('link', { name: 'View messages' }).first().getAttribute('href')
  const tab = await context.newPage()
  await tab.goto(`${world.origin}/${href}`)
  await expect(tab.getByRole('radio', { name: 'Needs attention' })).toBeChecked()
})
