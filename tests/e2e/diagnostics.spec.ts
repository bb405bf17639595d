import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { SCOPES } from '../../src/shared/setup/scopes.ts'
import { axeInBothThemes, expect, goTo, HOOK_SECRET, openPrinted, sized, test } from './fixtures.ts'

const CLIENT_WORDS = 'the code of my door is 4711'
const CLIENT_MAIL = 'anna@mail.example'
/** Planfix's answer to an unknown token (contracts/planfix.md, code 1). */
const wrongToken = (error: string) => ({
  kind: 'status',
  status: 401,
  body: { result: 'fail', code: 1, error },
})

/** Runs the diagnostics to their end. */
async function run(page: Page): Promise<void> {
  await goTo(page, '/diagnostics')
  await page.getByRole('button', { name: 'Start check-up' }).click()
  await ended(page)
}
const ended = (page: Page) => expect(page.getByText(/^Checked /)).toBeVisible({ timeout: 30_000 })
const connection = (page: Page) => page.getByRole('region', { name: 'shop.example' })
const finding = (page: Page, title: string) =>
  connection(page).getByRole('listitem').filter({ hasText: title })

test('the page explains the checks, which find no problem in good accounts', async ({ page }) => {
  await goTo(page, '/diagnostics')
  await expect(page.getByText('It changes nothing in Chatra or Planfix')).toBeVisible()
  await run(page)
  const summary = page.getByRole('region', { name: 'Check-up' })
  await expect(summary.getByText(/^\d+ passed$/)).toBeVisible()
  await expect(summary.getByText(/problem/)).toHaveCount(0)

  // Passed checks are folded away and can be opened, also by keyboard.
  const fold = connection(page).getByRole('button', { name: /checks passed/ })
  await expect(finding(page, 'Chatra keys')).toHaveCount(0)
  await fold.focus()
  await page.keyboard.press('Enter')
  await expect(fold).toHaveAttribute('aria-expanded', 'true')
  await expect(finding(page, 'Chatra keys')).toContainText('accepted')
})

test('a wrong token is shown first with instructions, and as fixed in the next run', async ({
  page,
  planfix,
}) => {
  await planfix.fault(wrongToken('unknown token'))
  await run(page)
  await expect(page.getByText('1 problem', { exact: true })).toBeVisible()
  const first = connection(page).getByRole('listitem').first()
  await expect(first).toContainText('Planfix token')
  await expect(first).toContainText('problem')
  await expect(first).toContainText('Create a new one in Planfix')
  await first.getByRole('link', { name: 'Open settings' }).click()
  await expect(page).toHaveURL(/#\/settings\/shop$/)

  // The result is kept while other pages are shown.
  await goTo(page, '/diagnostics')
  await expect(finding(page, 'Planfix token')).toBeVisible()
  await planfix.clearFaults()
  await page.getByRole('button', { name: 'Run again' }).click()
  await expect(finding(page, 'Planfix token')).toHaveCount(0)
  await ended(page)
  await expect(page.getByText('1 problem', { exact: true })).toHaveCount(0)
})

test('a missing scope is named, and the filter leaves only problems', async ({ page, planfix, world }) => {
  const { settings } = await world.call('tunnel.get', {})
  const own = { address: world.hooks }
  await world.call('tunnel.save', { settings: { ...settings, provider: 'own', own } })
  await expect.poll(async () => (await world.call('tunnel.get', {})).state.state).toBe('proven')
  await planfix.scopes(SCOPES.filter((scope) => scope !== 'comment_add'))
  await run(page)
  await expect(finding(page, 'Permission to add comments')).toContainText('Allow comment_add for this token')
  const folds = page.getByRole('button', { name: /checks passed|checks? skipped/ })
  await expect(folds.first()).toBeVisible()
  await page.getByRole('switch', { name: 'Problems only' }).check()
  await expect(folds).toHaveCount(0)
  await expect(finding(page, 'Permission to add comments')).toBeVisible()
  await expect(page.getByRole('region', { name: 'This computer' })).toHaveCount(0)
})

test('the progress of a run is shown, also on a page that opens meanwhile', async ({
  page,
  context,
  planfix,
  world,
}) => {
  await planfix.fault({ kind: 'timeout-before-write', path: '/contact/list' })
  await goTo(page, '/diagnostics')
  await page.getByRole('button', { name: 'Start check-up' }).click()
  await expect(page.getByText(/Checking… \d+ of \d+/)).toBeVisible()
  await expect(page.getByRole('progressbar')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Run again' })).toBeDisabled()
  const other = await context.newPage()
  await openPrinted(other, world, '/diagnostics')
  await expect(other.getByText(/Checking… \d+ of \d+/)).toBeVisible()
  await planfix.clearFaults()
  await Promise.all([ended(page), ended(other)])
})

test('the report is copied and saved without secrets, texts or e-mails', async ({
  page,
  chatra,
  planfix,
}) => {
  // Planfix repeats the request in its refusals, including the token.
  await planfix.fault(wrongToken(`no: ${planfix.token} ${CLIENT_MAIL} ${CLIENT_WORDS}`))
  const visitor = await chatra.visit({ name: 'Anna', email: CLIENT_MAIL })
  await visitor.says(CLIENT_WORDS)
  await expect(page.getByText('Planfix rejected the token').first()).toBeVisible()
  await run(page)
  await page.getByRole('button', { name: 'Copy report' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Copied' })).toBeAttached()
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save report' }).click()
  const saved = await download
  expect(saved.suggestedFilename()).toMatch(/^bridge-check-up-\d{4}-\d\d-\d\d\.txt$/)
  const file = await readFile(await saved.path(), 'utf8')

  const planted = [
    planfix.token,
    chatra.secretKey,
    HOOK_SECRET,
    CLIENT_WORDS,
    CLIENT_MAIL,
    'ana@shop.example',
  ]
  for (const text of [copied, file]) {
    expect(planted.filter((secret) => text.includes(secret))).toEqual([])
    expect(text).toContain('Results')
    expect(text).toContain('Planfix has stopped working')
  }
})

test('the page fits 900 by 600 and passes axe in both themes, before and after', async ({
  page,
  planfix,
}) => {
  await sized(page, 900, 600)
  await goTo(page, '/diagnostics')
  await expect(page.getByRole('button', { name: 'Start check-up' })).toBeVisible()
  await axeInBothThemes(page)
  await planfix.scopes(SCOPES.filter((scope) => !['comment_add', 'file_add'].includes(scope)))
  await run(page)
  await connection(page)
    .getByRole('button', { name: /checks passed/ })
    .click()
  await axeInBothThemes(page)
  const wide = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(wide).toBeLessThanOrEqual(900)
})

for (const [language, title, start] of [
  ['ro', 'Diagnosticare', 'Pornește diagnosticarea'],
  ['ru', 'Диагностика', 'Запустить диагностику'],
] as const) {
  test.describe(language, () => {
    test.use({ worldOptions: { language } })
    test("the page is in the owner's language", async ({ page }) => {
      await goTo(page, '/diagnostics')
      await expect(page.getByRole('heading', { name: title, level: 1 })).toBeVisible()
      await page.getByRole('button', { name: start }).click()
      const summary = page.getByRole('region', { name: title })
      await expect(summary.getByText(/^(Verificat|Проверено) /)).toBeVisible({ timeout: 30_000 })
      await expect(page.getByText(/diagnostics\.|\{\w+\}/)).toHaveCount(0)
    })
  })
}
