import { expect, type Locator, type Page } from '@playwright/test'
import { type Draft, STEPS, type Step } from '../../src/shared/api/setup.ts'
import type { Args, CallName, Value } from '../../src/shared/api.ts'
import { type Language, type TextKey, type TextParams, translate } from '../../src/shared/i18n/index.ts'
import type { World } from './world.ts'

/** The wizard as its owner uses it, in one language. */
export interface Wizard {
  t(key: TextKey, params?: TextParams): string
  /** Waits until the step is shown. */
  at(step: Step): Promise<void>
  onward(): Promise<void>
  back(): Promise<void>
  /** The list of steps on the left. */
  place(step: Step): Locator
  field(name: string): Locator
  button(key: TextKey): Locator
  /** Begins a draft with the simulator as its Chatra, and shows it at `step`. */
  begin(step?: Step): Promise<Draft>
  /** Keys and token of the simulators are accepted, without a click. */
  connect(draft: Draft, sides?: ('chatra' | 'planfix')[]): Promise<void>
  show(draft: Draft, step: Step): Promise<void>
  /** At the step of the address: a static address, proven. */
  ownAddress(address: string): Promise<void>
}

/** The headings of the steps. */
const TITLES: Record<Step, TextKey> = {
  chatra: 'wizard.chatra.title',
  planfix: 'wizard.planfix.title',
  templates: 'wizard.templates.title',
  address: 'wizard.address.title',
  test: 'wizard.test.title',
  done: 'wizard.done.title',
}

export function wizardOn(page: Page, world: World, language: Language = 'en'): Wizard {
  const t = (key: TextKey, params?: TextParams) => translate(language, key, params)
  const wizard: Wizard = {
    t,
    at: (step) => expect(page.getByRole('heading', { level: 2, name: t(TITLES[step]) })).toBeVisible(),
    onward: () => page.locator('form button[type=submit]').click(),
    back: () => page.getByRole('button', { name: t('action.back'), exact: true }).click(),
    place: (step) => page.getByRole('navigation').getByRole('button').nth(STEPS.indexOf(step)),
    field: (name) => page.locator(`[data-field="${name}"]`),
    button: (key) => page.getByRole('button', { name: t(key), exact: true }),

    async begin(step = 'chatra') {
      const draft = await call(page, 'setup.begin', { connectionId: null })
      const { settings } = draft
      const chatra = { ...settings.chatra, baseUrl: world.chatra.apiUrl }
      // A simulator needs no rate limit, and a test should not wait.
      const planfix = { ...settings.planfix, pollSeconds: 1, requestsPerSecond: 100 }
      const kept = await call(page, 'setup.save', {
        id: draft.id,
        settings: { ...settings, chatra, planfix },
      })
      await wizard.show(kept, step)
      return kept
    },
    async ownAddress(address) {
      await page.getByRole('button', { name: t('tunnel.page.technicians') }).click()
      await page.getByRole('radio', { name: t('tunnel.provider.own') }).click()
      await page.getByLabel(t('tunnel.page.own.address')).fill(address)
      await wizard.onward()
      await expect(page.getByLabel(t('wizard.webhooks.address'), { exact: true })).toBeVisible()
    },
    async connect(draft, sides = ['chatra', 'planfix']) {
      const { id, settings } = await call(page, 'setup.get', { id: draft.id })
      await call(page, 'setup.save', { id, settings: { ...settings, name: 'shop.example' } })
      const { chatra, planfix } = world
      if (sides.includes('chatra'))
        await call(page, 'setup.checkChatra', {
          id,
          publicKey: chatra.publicKey,
          secretKey: chatra.secretKey,
        })
      if (sides.includes('planfix'))
        await call(page, 'setup.checkPlanfix', { id, address: planfix.restUrl, token: planfix.token })
    },
    async show(draft, step) {
      await call(page, 'setup.save', { id: draft.id, step })
      await page.goto(`${world.origin}/#/setup/${draft.id}`)
      await page.reload()
      await expect(page.getByRole('heading', { level: 2 })).toBeVisible()
    },
  }
  return wizard
}

/** A call of the contract, as the page makes it. Throws when it is refused. */
export async function call<N extends CallName>(page: Page, name: N, args: Args<N>): Promise<Value<N>> {
  const answer = await page.evaluate(
    async ([to, body]) => {
      if (window.bridge) return window.bridge.call(to, body)
      const response = await fetch(`/api/call/${to}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return response.json()
    },
    [name, args] as const,
  )
  expect(answer, `${name} is answered`).toMatchObject({ ok: true })
  return (answer as { value: Value<N> }).value
}

/**
 * The owner's Chatra is on the internet; that of a test is local. The draft on the page is updated and read again. Planfix's pace
 * is that of a test, or its own.
 */
export async function pointAtSimulators(page: Page, apiUrl: string, requestsPerSecond = 100): Promise<void> {
  const { drafts } = await call(page, 'state.get', {})
  const { id, settings } = await call(page, 'setup.get', { id: drafts[0]?.id ?? '' })
  const planfix = { ...settings.planfix, pollSeconds: 1, requestsPerSecond }
  const chatra = { ...settings.chatra, baseUrl: apiUrl }
  await call(page, 'setup.save', { id, settings: { ...settings, chatra, planfix } })
  await page.reload()
}
