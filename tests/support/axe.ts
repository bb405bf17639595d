import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from '@playwright/test'
import type { RunOptions } from 'axe-core'

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

type Impact = 'minor' | 'moderate' | 'serious' | 'critical'

/** Violations that axe rates serious or critical, as `violationsIn` gives them. */
export const seriousIn = (page: Page, rules?: string[]): Promise<string[]> =>
  violationsIn(page, { impacts: ['serious', 'critical'], ...(rules && { rules }) })

/**
 * Violations of these impacts (of any, if none are given), one string for each place; empty = none. It runs in the page
 * itself, once, and returns violations only: a second page with all passed checks costs ten times as much. `rules` (names
 * of axe) limits it to some.
 */
export async function violationsIn(
  page: Page,
  { impacts, rules }: { impacts?: readonly Impact[]; rules?: string[] } = {},
): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(SOURCE)
  const options: RunOptions = { resultTypes: ['violations'], ...(rules && { runOnly: rules }) }
  const violations = await page.evaluate(async (how) => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') }
    return (await axe.run(how)).violations
  }, options)
  return violations
    .filter(({ impact }) => impacts === undefined || (impact != null && impacts.includes(impact)))
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${help}\n  ${target.join(' ')}\n  ${failureSummary}`),
    )
}
