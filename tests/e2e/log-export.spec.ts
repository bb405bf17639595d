import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { fillStore } from '../bench/stored.ts'
import { expect, test } from './fixtures.ts'
import { allRead, found, openLog, search, talkOf } from './log.ts'

test.use({ worldOptions: { prepare: (dir) => fillStore(dir, 5000) } })

async function exported(page: Page, format: RegExp): Promise<{ name: string; text: string }> {
  await page.getByRole('button', { name: 'Export' }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: format }).click(),
  ])
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
}

test('an export contains every message of the filters', async ({ page, world }) => {
  await talkOf(world, { name: 'Ștefan' }, 'Vreau mâine, la ora 10')
  await openLog(page)
  await allRead(page)
  const json = await exported(page, /JSON/)
  expect(json.name).toMatch(/^messages-\d{4}-\d\d-\d\d\.json$/)
  const messages = JSON.parse(json.text) as { id: string; text: string }[]
  expect(messages).toHaveLength(5001)
  expect(new Set(messages.map(({ id }) => id)).size).toBe(5001)

  await search(page).fill('old 4999')
  await expect(found(page, '1 of 5,001')).toBeVisible()
  const csv = await exported(page, /CSV/)
  expect(csv.name).toMatch(/\.csv$/)
  const lines = csv.text.trim().split('\r\n')
  expect(lines).toHaveLength(2)
  expect(lines[1]).toContain('An old message number 4999')
  await expect(page.getByText(`Saved as ${csv.name}`)).toBeVisible()
})

test('a cancelled export sends no more requests', async ({ page }) => {
  await openLog(page)
  await allRead(page)
  const asked: unknown[] = []
  let goOn = () => {}
  const held = new Promise<void>((resolve) => {
    goOn = resolve
  })
  await page.route('**/api/call/log.export', async (route) => {
    asked.push(route.request().postDataJSON())
    if (asked.length === 2) await held
    await route.continue()
  })
  await page.getByRole('button', { name: 'Export' }).click()
  await page.getByRole('menuitem', { name: /CSV/ }).click()
  const progress = page.getByRole('dialog', { name: 'Exporting messages' })
  await expect(progress).toContainText(/[1-9],\d{3} of 5,000 messages/)
  await progress.getByRole('button', { name: 'Cancel' }).last().click()
  await expect(progress).toBeHidden()
  const answered = page.waitForResponse('**/api/call/log.export')
  goOn()
  await answered
  expect(asked).toHaveLength(2)
})
