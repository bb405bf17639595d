import '../tests/support/every-language.ts'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from '@playwright/test'
import { browser as launch } from '../playwright.config.ts'
import { type Draft, STEPS, type Step } from '../src/shared/api/setup.ts'
import type { StoryName } from '../src/shared/demo/names.ts'
import { stories } from '../src/shared/demo/stories.ts'
import { translate } from '../src/shared/i18n/index.ts'
import { build } from '../tests/crash/processes.ts'
import { fillHistory } from '../tests/e2e/history.ts'
import { playToday } from '../tests/e2e/today.ts'
import { wizardOn } from '../tests/e2e/wizard-steps.ts'
import { startWorld, until, type World } from '../tests/e2e/world.ts'
import { ROOT } from './build.ts'
import { findChromium } from './chromium.ts'

/**
 * `npm run screenshots [-- NAME…]`: a picture of every page in docs/screenshots, from the built product with
 * a month of a small shop's data. Names select pictures; a name ending in `*` selects by prefix.
 */

type Setup = 'shop' | 'empty'
type Language = 'en' | 'ro' | 'ru'
interface Shot {
  /** Name of the file, without its extension. */
  name: string
  /** Route in the interface, after the #. */
  route: string
  /** The world it shows; default `shop`. */
  setup?: Setup
  theme?: 'light' | 'dark'
  size?: readonly [width: number, height: number]
  language?: Language
  /** Brings the page into the shown state. */
  prepare?: (page: Page, world: World) => Promise<void>
}

const WIDE = [1600, 1000] as const
const SMALL = [900, 600] as const
const PHONE = [360, 740] as const
const DEMO = [1280, 1000] as const
const LOCALES: Record<Language, string> = { en: 'en-GB', ro: 'ro-RO', ru: 'ru-RU' }

const SHOTS: readonly Shot[] = [
  { name: 'overview', route: '/' },
  { name: 'overview-dark', route: '/', theme: 'dark', size: SMALL },
  { name: 'log', route: '/log', prepare: openRefused },
  { name: 'log-dark', route: '/log', theme: 'dark', size: SMALL },
  { name: 'conversation', route: '/', prepare: openAnna },
  { name: 'conversation-dark', route: '/', theme: 'dark', size: SMALL, prepare: openAnna },
  { name: 'conversations', route: '/conversations' },
  { name: 'report', route: '/report' },
  { name: 'help', route: '/help/internal-notes' },
  { name: 'help-ro', route: '/help/internal-notes', language: 'ro', size: SMALL },
  { name: 'help-ru', route: '/help/internal-notes', language: 'ru', size: SMALL },
  { name: 'about', route: '/settings/~about' },
  { name: 'overview-phone', route: '/', size: PHONE },
  { name: 'log-phone', route: '/log', size: PHONE },
  { name: 'employees', route: '/employees' },
  { name: 'employees-dark', route: '/employees', theme: 'dark', size: SMALL },
  { name: 'diagnostics', route: '/diagnostics', prepare: checkUp },
  { name: 'diagnostics-dark', route: '/diagnostics', theme: 'dark', size: SMALL },
  { name: 'settings', route: '/settings' },
  { name: 'settings-connection', route: '/settings/shop' },
  { name: 'settings-instant-replies', route: '/settings/shop', prepare: instantReplies },
  { name: 'settings-dark', route: '/settings', theme: 'dark', size: SMALL },
  { name: 'overview-ro', route: '/', language: 'ro', size: SMALL },
  { name: 'log-ro', route: '/log', language: 'ro', size: SMALL },
  { name: 'overview-ru', route: '/', language: 'ru', size: SMALL },
  { name: 'log-ru', route: '/log', language: 'ru', size: SMALL },
  { name: 'demo', route: '/', size: DEMO, prepare: demoInside },
  { name: 'demo-failure', route: '/', size: DEMO, prepare: demoFailure },
  { name: 'demo-dark', route: '/', size: DEMO, theme: 'dark', prepare: demoInside },
  { name: 'demo-phone', route: '/', size: PHONE, prepare: demoInside },
  { name: 'demo-ro', route: '/', language: 'ro', size: DEMO, prepare: demoInside },
  { name: 'demo-failure-ro', route: '/', language: 'ro', size: DEMO, prepare: demoFailure },
  { name: 'demo-ru', route: '/', language: 'ru', size: DEMO, prepare: demoInside },
  { name: 'demo-failure-ru', route: '/', language: 'ru', size: DEMO, prepare: demoFailure },
  { name: 'wizard', route: '/', setup: 'empty' },
  ...STEPS.flatMap((step): Shot[] => [
    {
      name: `wizard-${step}`,
      route: '/setup',
      setup: 'empty',
      prepare: (page, world) => wizardAt(page, world, step),
    },
    ...(step === 'address'
      ? [{ name: 'wizard-webhooks', route: '/setup', setup: 'empty', prepare: wizardWebhooks } as const]
      : []),
  ]),
  { name: 'wizard-dark', route: '/', setup: 'empty', theme: 'dark', size: SMALL, prepare: wizardInTheDark },
]

/** The same draft goes through all steps of the wizard, in their order; the first picture creates it. */
let draft: Draft | null = null

const chosen = chooseFrom(SHOTS, process.argv.slice(2))
const executablePath = findChromium()
if (executablePath === null || chosen.length === 0) {
  if (chosen.length === 0)
    process.stderr.write(`No such picture: ${SHOTS.map((shot) => shot.name).join(', ')}\n`)
  process.exit(1)
}
const folder = join(ROOT, 'docs/screenshots')
mkdirSync(folder, { recursive: true })
build()
const browser = await chromium.launch({ ...launch, executablePath })
try {
  for (const group of Map.groupBy(chosen, worldOf).values()) await takeAll(browser, group)
} finally {
  await browser.close()
}

/** Pictures of the same world are taken one after the other, so that one start serves many. */
async function takeAll(browser: Browser, shots: readonly Shot[]): Promise<void> {
  const { setup = 'shop', language = 'en' } = shots[0] as Shot
  const world = await startWorld({
    setup,
    language,
    ...(setup === 'shop' && { prepare: (dataDir: string) => fillHistory(dataDir, { until: Date.now() }) }),
  })
  try {
    if (setup === 'shop') {
      await playToday(world)
      await world.call('setup.publicAddress', { address: world.hooks })
    }
    for (const shot of shots) await take(browser, world, shot)
  } finally {
    await world.end()
  }
}

async function take(browser: Browser, world: World, shot: Shot): Promise<void> {
  const { theme = 'light', language = 'en' } = shot
  const [width, height] = shot.size ?? WIDE
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    locale: LOCALES[language],
    timezoneId: 'Europe/Chisinau',
    reducedMotion: 'reduce',
  })
  try {
    const page = await context.newPage()
    await page.goto(world.ui)
    await page.evaluate((route) => {
      location.hash = route
    }, shot.route)
    await page.getByRole('main').waitFor()
    await shot.prepare?.(page, world)
    await settled(page)
    const path = join(folder, `${shot.name}.png`)
    await page.screenshot({ path, animations: 'disabled', caret: 'hide' })
    process.stdout.write(`${path}\n`)
  } finally {
    await context.close()
  }
}

/** Fonts and content are loaded, no request is open, and nothing has moved for two frames. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle')
  await page.waitForFunction(() => document.querySelector('main .mantine-Skeleton-root') === null)
  await page.evaluate(async () => {
    await document.fonts.ready
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
  })
}

function worldOf({ setup = 'shop', language = 'en' }: Shot): string {
  return `${setup} ${language}`
}

function chooseFrom(shots: readonly Shot[], names: readonly string[]): readonly Shot[] {
  const fits = (shot: Shot, name: string) =>
    name.endsWith('*') ? shot.name.startsWith(name.slice(0, -1)) : shot.name === name
  return names.length === 0 ? shots : shots.filter((shot) => names.some((name) => fits(shot, name)))
}

/** A message that Chatra refused, with each of its state changes. */
async function openRefused(page: Page): Promise<void> {
  await page.getByRole('row').filter({ hasText: 'failed' }).first().click()
}

async function openAnna(page: Page, world: World): Promise<void> {
  const { conversations } = await world.call('conversations.find', { text: 'Anna Marin', limit: 1 })
  await page.evaluate((id) => {
    location.hash = `/conversation/${id}`
  }, conversations[0]?.id)
  await page.getByText('Any card, also at the door.').first().waitFor()
}

async function checkUp(page: Page, world: World): Promise<void> {
  await world.call('diagnostics.start', {})
  await until(
    'the end of the check-up',
    async () => (await world.call('diagnostics.get', {})).checkUp?.endedAt,
  )
  await page.reload()
}

async function instantReplies(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Instant replies' }).click()
  await page.getByRole('button', { name: 'Show what to enter in Planfix' }).click()
  await page.getByLabel('Token for Planfix', { exact: true }).waitFor()
}

async function wizardAt(page: Page, world: World, step: Step): Promise<void> {
  const wizard = wizardOn(page, world)
  draft ??= await wizard.begin()
  // Of each account the page shows how it is connected.
  if (step === 'planfix') await wizard.connect(draft, ['chatra'])
  else if (step !== 'chatra') await wizard.connect(draft)
  await wizard.show(draft, step)
  await wizard.at(step)
}

async function demoInside(page: Page, world: World): Promise<void> {
  await demoAt(page, world, 'inside', 4)
}

async function demoFailure(page: Page, world: World): Promise<void> {
  await demoAt(page, world, 'failure', 3)
}

/** A new demo after some steps of a story. */
async function demoAt(page: Page, world: World, story: StoryName, steps: number): Promise<void> {
  const { language } = await world.call('state.get', {})
  await world.call('demo.stop', {})
  await world.call('demo.start', {})
  for (let step = 1; step <= steps; step++) {
    await world.call('demo.next', { story, language })
    await until('the end of the step', async () => (await world.call('demo.scene', { story })).isOver)
  }
  await page.evaluate(() => {
    location.hash = '/demo'
  })
  await page
    .getByText(translate(language, `demo.story.${story}`), { exact: true })
    .first()
    .click()
  await page
    .getByText(translate(language, 'demo.step', { number: steps, total: stories[story].steps.length }))
    .waitFor()
}

async function wizardInTheDark(page: Page, world: World): Promise<void> {
  await wizardAt(page, world, 'address')
}

async function wizardWebhooks(page: Page, world: World): Promise<void> {
  await wizardAt(page, world, 'address')
  await wizardOn(page, world).ownAddress(world.hooks)
}
