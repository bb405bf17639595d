import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from '@playwright/test'
import { browser } from '../../playwright.config.ts'
import { ROOT } from '../../scripts/build.ts'
import { fillHistory } from '../e2e/history.ts'
import { startWorld } from '../e2e/world.ts'
import { median, type Row, round } from './measure.ts'

const PAGES = ['/', '/log', '/employees', '/diagnostics', '/settings'] as const

interface Opening {
  /** From the click on the address to the heading, and to the content of the page. */
  headingMs: number
  contentMs: number
  /** Sum of the browser's own layout-shift scores; under 0.1 counts as good. */
  shift: number
}

/** How long the interface takes to open in a fresh browser, on a store with a month of work; medians of `runs`. */
export async function pageRows(runs: number): Promise<Row[]> {
  const world = await startWorld({ prepare: (dir) => fillHistory(dir, { until: Date.now() }) })
  const chromiumRunning = await chromium.launch(browser)
  try {
    const first = await repeated(runs, () =>
      open(chromiumRunning, world.ui, 'section[aria-labelledby="today"]'),
    )
    const shifts = await Promise.all(
      PAGES.map((page) => repeated(1, () => open(chromiumRunning, world.ui, 'main h1', page))),
    )
    const worst = Math.max(...shifts.map(({ shift }) => shift), first.shift)
    return [
      {
        topic: 'interface',
        metric: 'opened in a fresh browser, until the heading / the figures are there',
        measured: `${round(first.headingMs)} / ${round(first.contentMs)} ms`,
        target: '500 / 1,000 ms',
        met: first.headingMs < 500 && first.contentMs < 1000,
      },
      {
        topic: 'interface',
        metric: 'size of its scripts, all pages / the first one fetches',
        measured: `${round(scriptsKb())} / ${round(await fetchedKb(chromiumRunning, world.ui))} kB`,
        target: null,
        met: null,
      },
      {
        topic: 'interface',
        metric: 'layout shift while a page opens, the worst of them (under 0.1 is good)',
        measured: round(worst, 3),
        target: '0.1',
        met: worst < 0.1,
      },
    ]
  } finally {
    await chromiumRunning.close()
    await world.end()
  }
}

async function repeated(runs: number, measure: () => Promise<Opening>): Promise<Opening> {
  const openings: Opening[] = []
  for (let run = 0; run < runs; run++) openings.push(await measure())
  const middle = (field: keyof Opening) => median(openings.map((opening) => opening[field]))
  return { headingMs: middle('headingMs'), contentMs: middle('contentMs'), shift: middle('shift') }
}

async function open(running: Browser, ui: string, content: string, route = '/'): Promise<Opening> {
  const context = await running.newContext({ viewport: { width: 1600, height: 1000 } })
  const page = await context.newPage()
  await page.addInitScript(() => {
    const seen = { shift: 0 }
    Object.assign(window, { seen })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[])
        seen.shift += entry.value
    }).observe({ type: 'layout-shift', buffered: true })
  })
  const begun = performance.now()
  await page.goto(`${ui}#${route}`, { waitUntil: 'commit' })
  // Checked in every frame: after a while a locator checks only every half second.
  await page.waitForFunction(() => document.querySelector('main h1') !== null)
  const headingMs = performance.now() - begun
  await page.waitForFunction(
    (wanted) =>
      document.querySelector(wanted) !== null &&
      document.querySelector('main .mantine-Skeleton-root') === null,
    content,
  )
  const contentMs = performance.now() - begun
  await page.waitForLoadState('networkidle')
  const shift = await page.evaluate(() => (window as unknown as { seen: { shift: number } }).seen.shift)
  await context.close()
  return { headingMs, contentMs, shift }
}

function scriptsKb(): number {
  const folder = join(ROOT, 'out/renderer/assets')
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'))
  return scripts.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) / 1024
}

/** What a browser has fetched by the time the overview is complete. */
async function fetchedKb(running: Browser, ui: string): Promise<number> {
  const page: Page = await running.newPage()
  let bytes = 0
  page.on('response', async (response) => {
    if (response.url().endsWith('.js')) bytes += Number(response.headers()['content-length'] ?? 0)
  })
  await page.goto(ui)
  await page.locator('section[aria-labelledby="today"]').waitFor()
  await page.close()
  return bytes / 1024
}
