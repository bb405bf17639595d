import type { Page } from '@playwright/test'
import {
  AWAY,
  axe,
  axeInBothThemes,
  expect,
  goTo,
  SIZES,
  sized,
  type Task,
  test,
  until,
  type Visitor,
} from './fixtures.ts'
import type { Chatra, Planfix } from './simulators.ts'

const [ANA, JULIA, MIHAI] = [5, 6, 7]

interface Sent {
  text: string
  type: string
  agentId?: string
  agentName?: string
}

test.describe('the matching of employees', () => {
  test('an agent confirmed by the chat is matched by e-mail, and shown with the next replies', async ({
    page,
    chatra,
    planfix,
  }) => {
    const { visitor, task } = await conversation(chatra, planfix)
    await chatra.agentSays(visitor.clientId, 'One moment')
    await show(page)
    const julia = row(page, 'Julia Popa')
    await expect(julia).toContainText('matched by e-mail')
    await expect(julia).toContainText('Clients see: Julia')
    await expect(row(page, 'Ana Rusu')).toContainText('Chatra adds it with the first reply')

    await planfix.replies(task.id, JULIA, 'Written by Julia')
    const [agent] = await chatra.agents()
    expect((await sent(chatra, visitor, 'Written by Julia')).agentId).toBe(agent?.id)
    await planfix.replies(task.id, ANA, 'Written by Ana')
    expect((await sent(chatra, visitor, 'Written by Ana')).agentId).not.toBe(agent?.id)
  })

  test('an agent chosen by hand is used from the next reply on', async ({ page, chatra, planfix }) => {
    const { visitor, task } = await conversation(chatra, planfix)
    await chatra.agentSays(visitor.clientId, 'One moment')
    await show(page)
    const speaker = page.getByLabel('Ana Rusu replies as')
    await speaker.selectOption({ label: 'Julia · julia@shop.example' })
    await expect(row(page, 'Ana Rusu')).toContainText('chosen by you')
    await expect(row(page, 'Ana Rusu')).toContainText('same agent as another employee')
    await save(page)

    await planfix.replies(task.id, ANA, 'Under the name of Julia')
    const [agent] = await chatra.agents()
    expect((await sent(chatra, visitor, 'Under the name of Julia')).agentId).toBe(agent?.id)
    await page.reload()
    await show(page)
    await expect(row(page, 'Ana Rusu')).toContainText('chosen by you')
  })

  test('the general agent is used for an employee assigned to it', async ({ page, chatra, planfix }) => {
    const { visitor, task } = await conversation(chatra, planfix)
    await show(page)
    await page.getByLabel('Ana Rusu replies as').selectOption('general:')
    await expect(row(page, 'Ana Rusu')).toContainText('Clients see: shop.example')
    await save(page)
    await planfix.replies(task.id, ANA, 'For the shop')
    expect(await speakerOf(chatra, await sent(chatra, visitor, 'For the shop'))).toBe('bridge@shop.example')
  })

  test.describe('with employees that do not fit together', () => {
    test.use({
      worldOptions: {
        employees: [
          { planfixUserId: 'user:5', email: 'ana@shop.example', name: 'Ana Rusu' },
          { planfixUserId: 'user:6', email: 'ANA@shop.example', name: 'Julia Popa' },
          { planfixUserId: 'user:7', name: 'Mihai Ceban', chatraAgentId: 'unknownAgent12345' },
          { planfixUserId: 'user:8', email: 'oleg@shop.example', name: 'Oleg Munteanu' },
        ],
      },
    })

    test('each conflict is shown in its row and above, and can be filtered', async ({ page }) => {
      await show(page)
      await expect(page.getByText('4 employees to review')).toBeVisible()
      await expect(page.getByText(/Ana Rusu, Julia Popa share an e-mail/)).toBeVisible()
      await expect(row(page, 'Ana Rusu')).toContainText('same e-mail as another employee')
      await expect(row(page, 'Julia Popa')).toContainText('same e-mail as another employee')
      await expect(row(page, 'Mihai Ceban')).toContainText('agent no longer known')
      await expect(row(page, 'Oleg Munteanu')).toContainText('not an active employee in Planfix')
      await page.getByRole('button', { name: 'Show employees' }).click()
      await expect(row(page, 'Robot')).toHaveCount(0)
      await expect(rows(page)).toHaveCount(4)
      await axe(page)
    })
  })
})

test.describe('employees who may answer', () => {
  test('only selected employees reach the client, and a change applies at once', async ({
    page,
    chatra,
    planfix,
  }) => {
    const { visitor, task } = await conversation(chatra, planfix)
    await planfix.replies(task.id, MIHAI, 'Not for the client')
    await planfix.replies(task.id, ANA, 'For the client')
    await sent(chatra, visitor, 'For the client')
    expect(await visitor.sees()).not.toContain('Not for the client')

    await show(page)
    const allowed = page.getByRole('switch', { name: 'Mihai Ceban may reply to clients' })
    await expect(allowed).not.toBeChecked()
    await expect(row(page, 'Mihai Ceban')).toContainText('Comments stay in Planfix')
    await toggle(page, 'Mihai Ceban')
    await save(page)
    await planfix.replies(task.id, MIHAI, 'Now for the client')
    await sent(chatra, visitor, 'Now for the client')
    expect(await visitor.sees()).not.toContain('Not for the client')

    await toggle(page, 'Ana Rusu')
    await save(page)
    await planfix.replies(task.id, ANA, 'Ana has been silenced')
    await planfix.replies(task.id, MIHAI, 'After Ana')
    await sent(chatra, visitor, 'After Ana')
    expect(await visitor.sees()).not.toContain('Ana has been silenced')
  })

  test('everybody may reply once that is chosen, and the list returns when undone', async ({
    page,
    chatra,
    planfix,
  }) => {
    const { visitor, task } = await conversation(chatra, planfix)
    await show(page)
    await page.getByRole('radio', { name: 'All employees in Planfix' }).check()
    await expect(page.getByText(/choose “Only the selected employees”/)).toBeVisible()
    await save(page)
    await planfix.replies(task.id, MIHAI, 'From Mihai')
    expect(await speakerOf(chatra, await sent(chatra, visitor, 'From Mihai'))).toBe('bridge@shop.example')

    await page.getByRole('radio', { name: 'Only the selected employees' }).check()
    await expect(page.getByRole('switch', { name: 'Robot may reply to clients' })).not.toBeChecked()
    await expect(page.getByRole('switch', { name: 'Mihai Ceban may reply to clients' })).toBeChecked()
  })

  test('a list in which no employee may reply is not saved, with the reason', async ({ page }) => {
    await show(page)
    await page.getByRole('button', { name: 'Allow all shown' }).click()
    await page.getByRole('button', { name: 'Disallow all shown' }).click()
    await expect(page.getByText('Nobody is allowed to reply')).toBeVisible()
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(page.getByText('Nobody is allowed to reply')).toBeVisible()
    await page.getByRole('button', { name: 'Discard changes' }).click()
    await expect(page.getByRole('switch', { name: 'Ana Rusu may reply to clients' })).toBeChecked()
    await expect(page.getByRole('button', { name: 'Save' })).toHaveCount(0)
  })

  test('"allow all shown" allows only the found employees', async ({ page }) => {
    await show(page)
    await page.getByLabel('Search by name or e-mail').fill('CEBAN mihai')
    await expect(rows(page)).toHaveCount(1)
    await page.getByRole('button', { name: 'Allow all shown' }).click()
    await page.getByLabel('Search by name or e-mail').fill('')
    await expect(page.getByRole('switch', { name: 'Mihai Ceban may reply to clients' })).toBeChecked()
    await expect(page.getByRole('switch', { name: 'Robot may reply to clients' })).not.toBeChecked()
  })
})

test('with the keyboard alone an employee is allowed, given an agent, and saved', async ({
  page,
  chatra,
  planfix,
}) => {
  const { visitor } = await conversation(chatra, planfix)
  await chatra.agentSays(visitor.clientId, 'One moment')
  await show(page)
  await page.getByLabel('Search by name or e-mail').focus()
  await page.keyboard.type('mihai')
  await expect(rows(page)).toHaveCount(1)
  // Filter, "allow all shown", refresh, the switch.
  await tabTo(page, page.getByRole('switch', { name: 'Mihai Ceban may reply to clients' }))
  await page.keyboard.press('Space')
  await expect(page.getByRole('switch', { name: 'Mihai Ceban may reply to clients' })).toBeChecked()
  await page.keyboard.press('Tab')
  await expect(page.getByLabel('Mihai Ceban replies as')).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(row(page, 'Mihai Ceban')).toContainText('chosen by you')
  await tabTo(page, page.getByRole('button', { name: 'Save' }))
  await page.keyboard.press('Enter')
  await expect(page.getByText('Saved')).toBeVisible()
})

test('leaving with changes asks once: staying keeps them, saving stores them', async ({ page }) => {
  await show(page)
  await toggle(page, 'Ana Rusu')
  await page.getByRole('link', { name: 'Messages' }).click()
  const question = page.getByRole('dialog', { name: 'Leave without saving?' })
  await expect(question).toBeVisible()
  await question.getByRole('button', { name: 'Keep editing' }).click()
  await expect(question).toBeHidden()
  expect(page.url()).toContain('#/employees')
  await expect(page.getByRole('switch', { name: 'Ana Rusu may reply to clients' })).not.toBeChecked()

  await page.goBack()
  await expect(question).toBeVisible()
  await question.getByRole('button', { name: 'Keep editing' }).click()
  await page.getByRole('link', { name: 'Messages' }).click()
  await question.getByRole('button', { name: 'Save' }).click()
  await expect(page).toHaveURL(/#\/log$/)
  await show(page)
  await expect(page.getByRole('switch', { name: 'Ana Rusu may reply to clients' })).not.toBeChecked()
})

test('while Planfix is unreachable the last list is usable, with age and reason', async ({
  page,
  planfix,
}) => {
  await show(page)
  await planfix.fault({ kind: 'status', status: 503, path: '/rest/user/list' })
  await page.getByRole('button', { name: 'Refresh' }).click()
  await expect(page.getByText(/Planfix is unavailable: this list was loaded .* ago/)).toBeVisible()
  await toggle(page, 'Mihai Ceban')
  await save(page)
  await planfix.clearFaults()
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText(/Planfix is unavailable/)).toHaveCount(0)
  await expect(page.getByRole('switch', { name: 'Mihai Ceban may reply to clients' })).toBeChecked()
})

test('a change that cannot be saved stays in the form', async ({ page, world, trouble }) => {
  trouble.expect(AWAY)
  await show(page)
  await toggle(page, 'Mihai Ceban')
  await world.stopServer()
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText(/not responding. Try again/)).toBeVisible()
  await expect(page.getByRole('switch', { name: 'Mihai Ceban may reply to clients' })).toBeChecked()
})

test.describe('replies under one name', () => {
  test.use({ worldOptions: { connectionOptions: { sendAsEmployee: false } } })

  test('with one name for all replies the page says so, and the mapping stays editable', async ({ page }) => {
    await show(page)
    await expect(page.getByText(/“Send message as an employee” is off/)).toBeVisible()
    await expect(row(page, 'Ana Rusu')).toContainText('Clients see: shop.example')
    await page.getByLabel('Ana Rusu replies as').selectOption('general:')
    await save(page)
    await page.getByRole('link', { name: 'Change this setting' }).click()
    await expect(page.getByRole('heading', { name: 'Replies', exact: true })).toBeInViewport()
    await expect(page.getByRole('switch', { name: /Send message as an employee/ })).toBeInViewport()
  })
})

test.describe('with 500 employees', () => {
  test.use({
    worldOptions: {
      employees: Array.from({ length: 500 }, (_, n) => ({
        planfixUserId: `user:${1000 + n}`,
        email: `e${n}@shop.example`,
        name: `Employee ${n}`,
      })),
    },
  })

  test('only visible rows are in the page, and a search finds the others', async ({ page }) => {
    await show(page)
    await expect(page.getByText(/of 504 shown/)).toBeVisible()
    expect(await rows(page).count()).toBeLessThan(60)
    const ms = await page.evaluate(async () => {
      const input = document.querySelector<HTMLInputElement>('input[type=search]')!
      const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!
      const start = performance.now()
      set.call(input, 'employee 499')
      input.dispatchEvent(new Event('input', { bubbles: true }))
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
      return performance.now() - start
    })
    await expect(rows(page)).toHaveCount(1)
    test.info().annotations.push({ type: 'search of 500, ms', description: ms.toFixed(0) })
  })

  test('the end of the list is reached with the keyboard', async ({ page }) => {
    await show(page)
    await page.getByRole('switch').first().focus()
    for (let n = 0; n < 120; n++) {
      await page.keyboard.press('Tab')
      // Nobody clicks faster than the screen is drawn.
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))))
    }
    const focused = page.locator('tr:focus-within')
    expect(Number(await focused.getAttribute('data-index'))).toBe(60)
    await expect(focused).toBeInViewport()
  })
})

test('axe finds no serious problem in either theme, small and large', async ({ page }) => {
  await show(page)
  for (const [width, height] of SIZES) {
    await sized(page, width, height)
    await toggle(page, 'Mihai Ceban')
    await axeInBothThemes(page)
  }
})

// ---- helpers

async function conversation(chatra: Chatra, planfix: Planfix): Promise<{ visitor: Visitor; task: Task }> {
  const visitor = await chatra.visit()
  await visitor.says('Hello')
  const task = await until('the task of the conversation', async () => (await planfix.tasks()).at(-1))
  return { visitor, task }
}

async function show(page: Page): Promise<void> {
  await goTo(page, '/employees')
  await expect(rows(page).first()).toBeVisible()
}

const table = (page: Page) => page.getByRole('table', { name: 'Employees' })
const rows = (page: Page) => table(page).locator('tbody tr[data-index]')
const row = (page: Page, name: string) =>
  rows(page).filter({ has: page.getByRole('rowheader', { name: new RegExp(`^${name}`) }) })

/** Mantine draws the switch beside the input that has the name. */
const toggle = (page: Page, name: string) =>
  page.getByRole('switch', { name: `${name} may reply to clients` }).press('Space')

async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('button', { name: 'Save' })).toHaveCount(0)
}

/** What the client received with this text. */
const sent = (chatra: Chatra, visitor: Visitor, text: string): Promise<Sent> =>
  until(`“${text}” in the chat`, async () =>
    (await chatra.get<Sent[]>('messages', { clientId: visitor.clientId })).find((one) => one.text === text),
  )

const speakerOf = async (chatra: Chatra, message: Sent): Promise<string | undefined> =>
  (await chatra.agents()).find(({ id }) => id === message.agentId)?.email

async function tabTo(page: Page, target: ReturnType<Page['locator']>): Promise<void> {
  for (let n = 0; n < 12; n++) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  await expect(target).toBeFocused()
}
