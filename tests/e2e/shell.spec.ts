import { AWAY, expect, goTo, openPrinted, test, WITHOUT_KEY } from './fixtures.ts'

const needsKey = { name: 'This page needs a new link' }

test.describe('the key of the page', () => {
  test.use({ opens: 'nothing' })

  test('without its key the page says so and shows no data of the bridge', async ({
    page,
    world,
    trouble,
  }) => {
    trouble.expect(WITHOUT_KEY)
    await page.goto(`${world.origin}/`)
    await expect(page.getByRole('heading', needsKey)).toBeVisible()
    await expect(page.getByText('shop.example')).toHaveCount(0)
  })

  test('with the key of an earlier start the page says so', async ({ page, world, trouble }) => {
    trouble.expect(WITHOUT_KEY)
    const earlier = world.ui
    await world.restartServer()
    await page.goto(earlier)
    await expect(page.getByRole('heading', needsKey)).toBeVisible()
  })

  test('with its key the page opens, and the token leaves the address at once', async ({ page, world }) => {
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

test('a stopped bridge is reported, and the login is still good after a new start', async ({
  page,
  world,
  trouble,
}) => {
  trouble.expect(AWAY)
  await world.stopServer()
  const away = page.getByText('The bridge is not responding', { exact: true })
  await expect(away).toBeVisible()
  // The content stays readable.
  await expect(page.getByText('shop.example').first()).toBeVisible()
  await world.startServer()
  await expect(away).toBeHidden()
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible()
  await expect(page.getByText(needsKey.name)).toBeHidden()
})

test('a lost connection is restored automatically', async ({ page, world }) => {
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
  await expect(page.getByText('The bridge is not responding', { exact: true })).toBeHidden()
})

test('data that failed to load is loaded again automatically', async ({ page, trouble }) => {
  trouble.expect(/ERR_FAILED/)
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible()
  await page.route('**/api/call/**', (route) => route.abort())
  await goTo(page, '/employees')
  const silent = page.getByText('The bridge is not responding. Try again')
  await expect(silent.first()).toBeVisible()
  await page.unroute('**/api/call/**')
  await expect(silent).toHaveCount(0)
  await expect(page.getByText('Ana Rusu').first()).toBeVisible()
})

test.describe('a browser in Russian, on a server where no language was chosen', () => {
  test.use({ locale: 'ru-RU', opens: 'nothing' })

  test('the page without its key is in Russian', async ({ page, world, trouble }) => {
    trouble.expect(WITHOUT_KEY)
    await page.goto(`${world.origin}/`)
    await expect(page.getByRole('heading', { name: 'Нужна новая ссылка для входа' })).toBeVisible()
    await expect(page.locator('html')).toHaveAttribute('lang', 'ru')
  })

  test('the page is in Russian until the owner chooses a language, and again when he lets the browsers choose', async ({
    page,
    world,
  }) => {
    await openPrinted(page, world, '/settings')
    await expect(page.getByRole('heading', { name: 'Настройки' })).toBeVisible()
    // The program itself has a language of its own.
    await expect(page.getByText('Язык заметок и текстов в Планфиксе: English.')).toBeVisible()
    await page.getByText('Română', { exact: true }).click()
    await expect(page.getByRole('heading', { name: 'Setări' })).toBeVisible()
    await page.reload()
    await expect(page.getByRole('heading', { name: 'Setări' })).toBeVisible()
    await page.getByText('A browserului', { exact: true }).click()
    await expect(page.getByRole('heading', { name: 'Настройки' })).toBeVisible()
    await expect(page.getByText('Язык заметок и текстов в Планфиксе: Română.')).toBeVisible()
  })
})

test.describe('a browser in a language without texts', () => {
  test.use({ locale: 'de-DE' })
  test('the page is in English', async ({ page }) => {
    await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible()
  })
})

test.describe('a browser in Russian, where the owner has chosen Romanian', () => {
  test.use({ locale: 'ru-RU', worldOptions: { language: 'ro' } })
  test('the page is in Romanian', async ({ page }) => {
    await expect(page.getByRole('heading', { level: 1, name: 'Sumar' })).toBeVisible()
  })
})

test.describe('the set-up from a browser in Russian', () => {
  test.use({ locale: 'ru-RU', worldOptions: { setup: 'empty' } })
  test('makes Russian the language of texts in Planfix, and the page still follows the browser', async ({
    page,
    world,
  }) => {
    await page.getByRole('button', { name: 'Подключить аккаунты' }).click()
    await expect(page.getByRole('heading', { level: 2 }).first()).toBeVisible()
    expect(await world.call('settings.get', {})).toMatchObject({ language: 'ru', followBrowser: true })
  })
})
