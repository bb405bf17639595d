import { AWAY, expect, goTo, openPrinted, test, WITHOUT_KEY } from './fixtures.ts'

const needsKey = { name: 'This page needs its key' }

test.describe('the key of the page', () => {
  test.use({ opens: 'nothing' })

  test('without it the page says so and shows nothing of the bridge', async ({ page, world, trouble }) => {
    trouble.expect(WITHOUT_KEY)
    await page.goto(`${world.origin}/`)
    await expect(page.getByRole('heading', needsKey)).toBeVisible()
    await expect(page.getByText('shop.example')).toHaveCount(0)
  })

  test('with that of an earlier start the page says so', async ({ page, world, trouble }) => {
    trouble.expect(WITHOUT_KEY)
    const earlier = world.ui
    await world.restartServer()
    await page.goto(earlier)
    await expect(page.getByRole('heading', needsKey)).toBeVisible()
  })

  test('with it the page opens, and the token leaves the address at once', async ({ page, world }) => {
    const token = new URL(world.ui).searchParams.get('token') ?? '?'
    await openPrinted(page, world)
    await expect(page.getByText('shop.example').first()).toBeVisible()
    expect(page.url()).not.toContain('token')
    const kept = await page.evaluate(() =>
      JSON.stringify([document.cookie, { ...localStorage }, location.href]),
    )
    expect(kept).not.toContain(token)
    await page.reload()
    await expect(page.getByText('shop.example').first()).toBeVisible()
  })
})

test('a bridge that stops is said to be away, and a new start asks for the new address', async ({
  page,
  world,
  trouble,
}) => {
  trouble.expect(AWAY, WITHOUT_KEY)
  await world.stopServer()
  const away = page.getByText('The bridge does not answer', { exact: true })
  await expect(away).toBeVisible()
  // What was there stays readable.
  await expect(page.getByText('shop.example').first()).toBeVisible()
  await world.startServer()
  await expect(away).toBeHidden()
  await expect(page.getByText(needsKey.name)).toBeVisible()
  await openPrinted(page, world)
  await expect(page.getByText(needsKey.name)).toBeHidden()
  await expect(page.getByText('shop.example').first()).toBeVisible()
})

test('a line that breaks is built up again by itself', async ({ page, world }) => {
  const lines: { close(): Promise<void> }[] = []
  await page.routeWebSocket('**/api/live', (line) => {
    line.connectToServer()
    lines.push(line)
  })
  await page.goto('about:blank')
  await openPrinted(page, world)
  await expect.poll(() => lines.length).toBe(1)
  await lines[0]?.close()
  await expect.poll(() => lines.length).toBe(2)
  await expect(page.getByText('The bridge does not answer', { exact: true })).toBeHidden()
})

test('what could not be read while calls failed is read again by itself, also when the line stayed', async ({
  page,
  trouble,
}) => {
  trouble.expect(/ERR_FAILED/)
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible()
  await page.route('**/api/call/**', (route) => route.abort())
  await goTo(page, '/employees')
  const silent = page.getByText('The bridge does not answer. What you typed')
  await expect(silent.first()).toBeVisible()
  await page.unroute('**/api/call/**')
  await expect(silent).toHaveCount(0)
  await expect(page.getByText('Ana Rusu').first()).toBeVisible()
})
