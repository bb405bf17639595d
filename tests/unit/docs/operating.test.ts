import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../../..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

/** The metrics that the program writes. */
const WRITTEN = new Set(
  [...read('src/main/runtime/monitoring/metrics.ts').matchAll(/'((?:bridge|process)_\w+)'/g)].map(
    ([, name]) => name!,
  ),
)
const named = (text: string): string[] => [
  ...new Set(
    [...text.matchAll(/\b((?:bridge|process)_[a-z_]+)\b/g)].map(([, name]) =>
      name!.replace(/(_seconds)_(bucket|count|sum)$/, '$1'),
    ),
  ),
]

test.each(['docs/operating/alerts.yml', 'docs/operating/dashboard.json', 'docs/operating.md'])(
  '%s names metrics that exist only',
  (path) => {
    const names = named(read(path))
    expect(names.length).toBeGreaterThan(5)
    expect(names.filter((name) => !WRITTEN.has(name))).toEqual([])
  },
)

test('docs/operating.md lists every metric', () => {
  const text = read('docs/operating.md').replaceAll('`_', '`bridge_planfix_quota_')
  expect([...WRITTEN].filter((name) => !text.includes(`\`${name}\``))).toEqual([])
})

test('the dashboard is JSON with a title and an expression in each panel', () => {
  const { panels } = JSON.parse(read('docs/operating/dashboard.json')) as {
    panels: { title: string; targets: { expr: string }[] }[]
  }
  expect(panels.length).toBeGreaterThan(5)
  expect(
    panels.filter(({ title, targets }) => title === '' || targets.some(({ expr }) => expr === '')),
  ).toEqual([])
})
