import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { translate } from '../../src/shared/i18n/index.ts'
import {
  AWAY,
  axe,
  axeInBothThemes,
  expect,
  expectCopied,
  goTo,
  HOOK_SECRET,
  SIZES,
  sized,
  type Task,
  test,
  until,
  type Visitor,
} from './fixtures.ts'
import type { Chatra, Planfix } from './simulators.ts'

const ANA = 5

test.describe('a connection', () => {
  test.describe('replies under one name', () => {
    test.use({ worldOptions: { connectionOptions: { sendAsEmployee: false } } })

    test('replies are sent under employees’ names from the next one on, without a restart', async ({
      page,
      chatra,
      planfix,
    }) => {
      const { visitor, task } = await conversation(chatra, planfix)
      await planfix.replies(task.id, ANA, 'Under the name of the shop')
      const before = await sent(chatra, visitor, 'Under the name of the shop')
      expect(await speakerOf(chatra, before)).toBe('bridge@shop.example')

      await showConnection(page)
      await flip(page, /Send message as an employee/)
      await save(page)
      await planfix.replies(task.id, ANA, 'Under her own name')
      const after = await sent(chatra, visitor, 'Under her own name')
      expect(await speakerOf(chatra, after)).toBe('ana@shop.example')
    })
  })

  test('templates, participants and status come from live lists and survive a restart', async ({
    page,
    world,
    trouble,
  }) => {
    trouble.expect(AWAY, /status of 401/)
    await showConnection(page)
    await choose(page, 'Contact template', 'Planfix’s default')
    await list(page, 'Extra participants').click()
    await page.getByRole('option', { name: 'Mihai Ceban' }).click()
    await page.keyboard.press('Escape')
    await choose(page, 'Record as', 'Visit')
    await choose(page, 'Field for the browser', 'Browser')
    await save(page)
    const file = JSON.parse(await readFile(`${world.dataDir}/config.json`, 'utf8'))
    expect(file.connections[0].planfix).toMatchObject({
      contactTemplateId: null,
      participants: ['user:7'],
      visitDataTag: { id: 4, fields: { browser: 11 } },
    })
    await world.restartServer()
    await page.goto(world.ui)
    await showConnection(page)
    await expect(list(page, 'Contact template')).toHaveValue('Planfix’s default')
    await expect(page.getByText('Mihai Ceban')).toBeVisible()
    await expect(list(page, 'Field for the browser')).toHaveValue('Browser')
  })

  test('clients’ e-mails are stored where chosen, and last messages put into new tasks', async ({
    page,
    world,
  }) => {
    await showConnection(page)
    await expect(page.getByText(/the client gets each reply twice/)).toBeVisible()
    await choose(page, 'Where to save clients’ e-mail', 'In a text field of the contact card')
    await choose(page, 'What a new task shows of the previous one', 'A link and the last 10 messages')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await expect(page.getByText(translate('en', 'wizard.problem.client-email-field'))).toBeVisible()
    await choose(page, 'Text field', 'Chatra client id')
    await save(page)
    const file = JSON.parse(await readFile(`${world.dataDir}/config.json`, 'utf8'))
    expect(file.connections[0]).toMatchObject({
      options: { clientEmail: 'field', historyInNewTask: 10 },
      planfix: { clientEmailField: 88 },
    })
  })

  test('invalid values are refused at their fields, kept, and the first is focused', async ({ page }) => {
    await showConnection(page)
    await field(page, 'Name').fill('')
    await field(page, 'Planfix: address').fill('planfix.com')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await expect(page.getByText(translate('en', 'wizard.problem.name-empty'))).toBeVisible()
    await expect(page.getByText(translate('en', 'wizard.problem.address-no-account'))).toBeVisible()
    await expect(page.getByText('2 fields need to be corrected')).toBeVisible()
    await expect(field(page, 'Name')).toBeFocused()

    // The error disappears while typing, as soon as the value is valid.
    await field(page, 'Name').fill('Another shop')
    await expect(page.getByText(translate('en', 'wizard.problem.name-empty'))).toHaveCount(0)
    await expect(field(page, 'Planfix: address')).toHaveValue('planfix.com')
    await page.getByRole('button', { name: 'Discard changes' }).click()
    await expect(field(page, 'Name')).toHaveValue('shop.example')
    await expect(page.getByRole('button', { name: 'Save', exact: true })).toHaveCount(0)
  })

  test('an invalid number opens the advanced part', async ({ page }) => {
    await showConnection(page)
    const part = page.getByRole('region', { name: 'Advanced' })
    await part.getByRole('button', { name: 'Show' }).click()
    await field(page, 'Check for new comments every').fill('')
    await field(page, 'Requests to Planfix per second').fill('0.5')
    await part.getByRole('button', { name: 'Hide' }).click()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await expect(page.getByText('Enter a number of seconds from 1 to 3600.')).toBeVisible()
    await expect(field(page, 'Check for new comments every')).toBeFocused()
    await expect(field(page, 'Requests to Planfix per second')).toHaveValue('0.5')
  })

  test('settings that cannot be saved now stay as typed', async ({ page, world, trouble }) => {
    trouble.expect(AWAY)
    await showConnection(page)
    await field(page, 'Name').fill('Another shop')
    await world.stopServer()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await expect(page.getByText(/The bridge is not responding/).last()).toBeVisible()
    await expect(field(page, 'Name')).toHaveValue('Another shop')
  })

  test('leaving with changes asks once', async ({ page }) => {
    await showConnection(page)
    await field(page, 'Name').fill('Another shop')
    await page.getByRole('link', { name: 'General' }).click()
    const question = page.getByRole('dialog', { name: 'Leave without saving?' })
    await question.getByRole('button', { name: 'Discard changes' }).click()
    await expect(page.getByRole('heading', { name: 'General' })).toBeVisible()
    await expect(page.getByRole('link', { name: 'shop.example' })).toBeVisible()
  })
})

test.describe('keys', () => {
  test('a wrong token is refused at its field while the old one works; a right one replaces it', async ({
    page,
    chatra,
    planfix,
  }) => {
    const { visitor, task } = await conversation(chatra, planfix)
    await showConnection(page)
    await page.getByRole('button', { name: 'Replace token' }).click()
    const input = page.getByRole('textbox', { name: 'New token' })
    await input.fill('not the token')
    await page.getByRole('button', { name: 'Check and replace' }).click()
    await expect(page.getByText(translate('en', 'wizard.problem.token-form'))).toBeVisible()
    await input.fill('not-the-token')
    await page.getByRole('button', { name: 'Check and replace' }).click()
    await expect(page.getByText(translate('en', 'wizard.problem.planfix.wrong-token'))).toBeVisible()
    await expect(input).toHaveValue('not-the-token')
    await axe(page)
    await planfix.replies(task.id, ANA, 'Still carried')
    await sent(chatra, visitor, 'Still carried')

    await input.fill(planfix.token)
    await page.getByRole('button', { name: 'Check and replace' }).click()
    await expect(page.getByText('Planfix accepted the new token')).toBeVisible()
    await expect(input).toHaveCount(0)
    await planfix.replies(task.id, ANA, 'Carried with the new one')
    await sent(chatra, visitor, 'Carried with the new one')
    expect(await page.content()).not.toContain(planfix.token)
  })

  test('a wrong secret key of Chatra is refused at its field', async ({ page, chatra }) => {
    await showConnection(page)
    await page.getByRole('button', { name: 'Replace secret key' }).click()
    const input = page.getByRole('textbox', { name: 'New secret key' })
    await input.fill(chatra.publicKey)
    await page.getByRole('button', { name: 'Check and replace' }).click()
    await expect(page.getByText(translate('en', 'wizard.problem.keys-same'))).toBeVisible()
    await input.fill('wrong-key')
    await page.getByRole('button', { name: 'Check and replace' }).click()
    await expect(page.getByText(translate('en', 'wizard.problem.chatra.wrong-keys'))).toBeVisible()
    await input.fill(chatra.secretKey)
    await page.getByRole('button', { name: 'Check and replace' }).click()
    await expect(page.getByText('Chatra accepted the new secret key')).toBeVisible()
  })

  test('webhook addresses are loaded only on request, and new ones invalidate the old', async ({
    page,
    world,
    chatra,
    planfix,
  }) => {
    await showConnection(page)
    expect(await page.content()).not.toContain(HOOK_SECRET)
    await page.getByRole('button', { name: 'Show addresses' }).click()
    const shown = page.getByLabel('For Chatra', { exact: true })
    await expect(shown).toHaveValue(`${world.hooks}/hooks/shop/${HOOK_SECRET}/chatra`)
    await page.getByRole('button', { name: 'Copy: For Chatra' }).click()
    await expectCopied(page, `${world.hooks}/hooks/shop/${HOOK_SECRET}/chatra`)

    await page.getByRole('button', { name: 'Create new addresses' }).click()
    const question = page.getByRole('dialog', { name: 'Create new addresses?' })
    await expect(question).toContainText('stop working immediately')
    await question.getByRole('button', { name: 'Create new addresses' }).click()
    await expect(question).toBeHidden()
    await expect(shown).not.toHaveValue(new RegExp(HOOK_SECRET))
    const address = await shown.inputValue()
    const old = await fetch(`${world.hooks}/hooks/shop/${HOOK_SECRET}/chatra`, { method: 'POST', body: '{}' })
    expect(old.status).toBe(404)
    await chatra.tells(address)
    await conversation(chatra, planfix)
  })
})

test('a disabled connection delivers nothing, and waiting messages when enabled', async ({
  page,
  chatra,
  planfix,
}) => {
  const { visitor, task } = await conversation(chatra, planfix)
  await showConnection(page)
  await page.getByRole('switch', { name: 'On', exact: true }).press('Space')
  const question = page.getByRole('dialog', { name: 'Turn shop.example off?' })
  await expect(question).toContainText('saved for 7 days')
  await question.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('switch', { name: 'On', exact: true })).toBeChecked()
  await page.getByRole('switch', { name: 'On', exact: true }).press('Space')
  await question.getByRole('button', { name: 'Turn off' }).click()
  await expect(page.getByRole('switch', { name: 'Off', exact: true })).not.toBeChecked()
  await planfix.replies(task.id, ANA, 'Waits in Planfix')
  await visitor.says('Anybody there?')
  await page.getByRole('switch', { name: 'Off', exact: true }).press('Space')
  await expect(page.getByRole('switch', { name: 'On', exact: true })).toBeChecked()
  await sent(chatra, visitor, 'Waits in Planfix')
  await until('what the client wrote meanwhile', async () =>
    (await planfix.comments(task.id)).find(({ description }) => description.includes('Anybody there?')),
  )
  await planfix.replies(task.id, ANA, 'After it')
  await sent(chatra, visitor, 'After it')
})

test('a removed connection leaves its messages in the log, and deletes nothing elsewhere', async ({
  page,
  chatra,
  planfix,
}) => {
  await conversation(chatra, planfix)
  const tasks = (await planfix.tasks()).length
  await showConnection(page)
  await page.getByRole('button', { name: 'Remove connection' }).click()
  const question = page.getByRole('dialog', { name: 'Remove shop.example?' })
  await expect(question).toContainText('Nothing is deleted in Planfix or Chatra')
  await question.getByRole('button', { name: 'Remove', exact: true }).click()
  await expect(page.getByText('shop.example was removed.')).toBeVisible()
  await expect(page.getByRole('link', { name: 'shop.example' })).toHaveCount(0)
  expect((await planfix.tasks()).length).toBe(tasks)
  const outline = await page.evaluate(async () => {
    const answer = await fetch('/api/call/log.outline', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ filter: {} }),
    })
    return (await answer.json()).value.total
  })
  expect(outline).toBeGreaterThan(0)
})

test.describe('export and import', () => {
  test('an export contains no secret, and its import restores a change', async ({
    page,
    chatra,
    planfix,
  }) => {
    await goTo(page, '/settings/~copies')
    const saving = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save file' }).click()
    const download = await saving
    expect(download.suggestedFilename()).toMatch(/\.json$/)
    const text = await readFile(await download.path(), 'utf8')
    for (const secret of [HOOK_SECRET, chatra.secretKey, planfix.token]) expect(text).not.toContain(secret)

    const changed = JSON.parse(text)
    changed.connections[0].name = 'Renamed shop'
    const second = { ...changed.connections[0], id: 'second', name: 'Second shop' }
    await pick(page, JSON.stringify({ ...changed, connections: [...changed.connections, second] }))
    await expect(
      page.getByText('“Second shop” has the same Chatra key as “Renamed shop”: one Chatra account'),
    ).toBeVisible()
    const otherAccount = { ...second, chatra: { ...second.chatra, publicKey: 'AnotherChatraKey12345' } }
    await pick(page, JSON.stringify({ ...changed, connections: [...changed.connections, otherAccount] }))
    await expect(page.getByRole('checkbox', { name: 'Renamed shop' })).toBeChecked()
    await expect(page.getByText('Replaces the existing connection')).toBeVisible()
    await expect(page.getByText('New.')).toBeVisible()
    await axe(page)
    await page.getByRole('checkbox', { name: 'Second shop' }).press('Space')
    await page.getByRole('button', { name: 'Import 1 connection' }).click()
    await expect(page.getByRole('link', { name: 'Renamed shop' })).toBeVisible()
    await expect(page.getByRole('link', { name: 'Second shop' })).toHaveCount(0)
    // Its keys are kept, so it continues.
    await conversation(chatra, planfix)
  })

  test('an invalid file is refused with the problem and its place', async ({ page }) => {
    await goTo(page, '/settings/~copies')
    await pick(page, '{"connections": [')
    await expect(page.getByText('This file cannot be imported')).toBeVisible()
    await pick(page, JSON.stringify({ connections: [{ id: 'a', planfix: { baseUrl: 'ftp://x' } }] }))
    await expect(page.getByText(/connections\[0\]\.planfix\.baseUrl/)).toBeVisible()
    await expect(page.getByRole('button', { name: /Import/ })).toHaveCount(0)
  })
})

test.describe('the program', () => {
  test('another language and theme apply at once, and after a reload', async ({ page }) => {
    await goTo(page, '/settings')
    await page.getByText('Русский', { exact: true }).click()
    await expect(page.getByRole('heading', { name: 'Настройки' })).toBeVisible()
    await expect(page.locator('html')).toHaveAttribute('lang', 'ru')
    await page.getByText('Тёмное', { exact: true }).click()
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark')
    await page.reload()
    await expect(page.getByRole('heading', { name: 'Настройки' })).toBeVisible()
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark')
    await page.getByText('Română', { exact: true }).click()
    await expect(page.getByRole('heading', { name: 'Setări' })).toBeVisible()
  })

  test('fewer days of retention need confirmation, and invalid numbers are refused', async ({ page }) => {
    await goTo(page, '/settings')
    const days = page.getByRole('textbox', { name: 'Days to keep messages' })
    await days.fill('0')
    await expect(page.getByText(/Enter a whole number of days/)).toBeVisible()
    await days.fill('30')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    const question = page.getByRole('dialog', { name: 'Keep messages for only 30 days?' })
    await expect(question).toContainText('cannot be restored')
    await question.getByRole('button', { name: 'Delete older texts' }).click()
    await expect(question).toBeHidden()
    await page.reload()
    await expect(days).toHaveValue('30 days')
  })

  test('the page says that notifications belong to the desktop', async ({ page }) => {
    await goTo(page, '/settings')
    await expect(page.getByText('Notifications are available in the desktop app only.')).toBeVisible()
    await expect(page.getByRole('switch', { name: 'New chats' })).toBeDisabled()
    await expect(page.getByRole('switch', { name: /Start at login/ })).toHaveCount(0)
  })

  test('the page shows whether a request through a public address arrives', async ({ page, world }) => {
    await goTo(page, '/settings/~address')
    await page.getByRole('radio', { name: 'Your own address' }).click()
    const input = page.getByRole('textbox', { name: 'Public address', exact: true })
    await input.fill('http://192.168.1.5')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await expect(page.getByText(/works only inside your own network/)).toBeVisible()
    await input.fill(world.origin)
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await expect(page.getByText(/Another program responds at this address/)).toBeVisible()
    await expect(page.getByText(/^Reachable: checked/)).toHaveCount(0)
    await expect(input).toHaveValue(world.origin)
    await input.fill(world.hooks)
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await expect(page.getByText(/^Reachable: checked/)).toBeVisible()
  })
})

test('axe finds no serious problem in either theme, small and large', async ({ page }) => {
  for (const route of ['/settings', '/settings/~address', '/settings/~copies', '/settings/shop']) {
    await goTo(page, route)
    await expect(page.locator('section').first()).toBeVisible()
    if (route.endsWith('shop')) {
      await expect(field(page, 'Name')).toBeVisible()
      await field(page, 'Name').fill('')
      await field(page, 'Name').blur()
      await page.getByRole('button', { name: 'Show addresses' }).click()
      await page.getByRole('region', { name: 'Advanced' }).getByRole('button', { name: 'Show' }).click()
    }
    for (const [width, height] of SIZES) {
      await sized(page, width, height)
      await axeInBothThemes(page)
    }
  }
})

// ---- helpers

interface Sent {
  text: string
  agentId?: string
}

async function conversation(chatra: Chatra, planfix: Planfix): Promise<{ visitor: Visitor; task: Task }> {
  const before = (await planfix.tasks()).length
  const visitor = await chatra.visit()
  await visitor.says('Hello')
  const task = await until('the task of the conversation', async () => (await planfix.tasks())[before])
  return { visitor, task }
}

async function showConnection(page: Page): Promise<void> {
  await goTo(page, '/settings/shop')
  await expect(field(page, 'Name')).toBeVisible()
}

const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true })

const list = (page: Page, name: string) => page.getByRole('combobox', { name, exact: true })

async function choose(page: Page, name: string, option: string): Promise<void> {
  await list(page, name).click()
  await page.getByRole('option', { name: option, exact: true }).click()
}

const flip = (page: Page, name: RegExp) => page.getByRole('switch', { name }).press('Space')

async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(page.getByRole('button', { name: 'Save', exact: true })).toHaveCount(0)
}

async function pick(page: Page, text: string): Promise<void> {
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'copy.json', mimeType: 'application/json', buffer: Buffer.from(text) })
}

const sent = (chatra: Chatra, visitor: Visitor, text: string): Promise<Sent> =>
  until(`“${text}” in the chat`, async () =>
    (await chatra.get<Sent[]>('messages', { clientId: visitor.clientId })).find((one) => one.text === text),
  )

const speakerOf = async (chatra: Chatra, message: Sent): Promise<string | undefined> =>
  (await chatra.agents()).find(({ id }) => id === message.agentId)?.email

test('About shows the version and the licences of all packages in the program', async ({ page }) => {
  await goTo(page, '/settings/~about')
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string }
  await expect(page.getByText(`Chatra–Planfix Bridge ${version}`)).toBeVisible()
  await page.getByRole('button', { name: 'Third-party licences' }).click()
  const dialog = page.getByRole('dialog', { name: 'Third-party licences' })
  await expect(dialog).toContainText('react-dom')
  await expect(dialog).toContainText('better-sqlite3')
  await axe(page)
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
})
