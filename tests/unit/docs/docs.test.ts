import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { notAsked, questions } from '../../../src/main/diagnostics/probe/questions/index.ts'
import { parseConfiguration } from '../../../src/shared/config.ts'

const ROOT = join(import.meta.dirname, '../../..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'docs/architecture.md',
  'docs/licences.md',
  'docs/operating.md',
  'docs/planfix-scenario.md',
  'docs/relay.md',
  'docs/releasing.md',
  'docs/unknowns.md',
]

test('the configuration shown in the README is valid', () => {
  const example = /```json\n([\s\S]*?)```/.exec(read('README.md'))?.[1] ?? ''
  expect(parseConfiguration(JSON.parse(example))).toMatchObject({ ok: true })
})

test('each section of docs/architecture.md that a comment names is there', () => {
  const text = read('docs/architecture.md')
  const named = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [...read(join('src', file)).matchAll(/docs\/architecture\.md,\s[\s*]*"([^"]+)"/g)])
    .map((match) => match[1] ?? '')
  expect(named.length).toBeGreaterThan(5)
  expect(
    named.filter((section) => !text.includes(`## ${section}`) && !text.includes(`| ${section} |`)),
  ).toEqual([])
})

test('docs/unknowns.md lists each question of the probe, and each that is left alone', () => {
  const section = /## Asking an account\n([\s\S]*)$/.exec(read('docs/unknowns.md'))?.[1] ?? ''
  const tables = section.split('\n').filter((line) => line.startsWith('| '))
  const listed = tables.flatMap((line) => [...line.matchAll(/`([\w-]+)`/g)].map((match) => match[1] ?? ''))
  expect(listed.toSorted()).toEqual([...questions, ...notAsked].map(({ id }) => id).toSorted())
})

test('docs/architecture.md lists each note to employees, and each event it names is one', () => {
  const section = /## Notes to employees\n([\s\S]*?)\n## /.exec(read('docs/architecture.md'))?.[1] ?? ''
  const listed = [...section.matchAll(/^\| `([\w-]+)` \|/gm)].map((match) => `note.${match[1]}`)
  const texts = ['bridge', 'events'].map(
    (area) => JSON.parse(read(`src/shared/i18n/en/${area}.json`)) as object,
  )
  const keys = texts.flatMap((area) => Object.keys(area))
  expect(listed.toSorted()).toEqual(keys.filter((key) => key.startsWith('note.')).toSorted())
  const events = [...section.matchAll(/`(event\.[\w-]+)`/g)].map((match) => match[1] ?? '')
  expect(events.length).toBeGreaterThan(3)
  expect(events.filter((key) => !keys.includes(key))).toEqual([])
})

describe.each(PAGES)('%s', (page) => {
  test('every relative link has an existing target', () => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].map((match) => match[1] ?? '')
    expect(links.filter((link) => !existsSync(join(ROOT, dirname(page), link)))).toEqual([])
  })
})

test('each command, file and section named by the pages for developers exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const text = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md'].map(read).join('\n')
  const commands = [...text.matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1] ?? '')
  const files = [...text.matchAll(/\b((?:tests|src|scripts)\/[\w./-]+\.\w+)/g)].map((match) => match[1] ?? '')
  const sections = [...text.matchAll(/\((docs\/[\w-]+\.md)#([\w-]+)\)/g)]
  const anchors = (page: string) =>
    [...read(page).matchAll(/^## (.+)$/gm)].map((match) =>
      (match[1] ?? '').toLowerCase().replaceAll(' ', '-'),
    )
  expect([commands.length > 10, files.length > 5, sections.length > 3]).toEqual([true, true, true])
  expect(commands.filter((name) => scripts[name] === undefined)).toEqual([])
  expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([])
  expect(sections.filter(([, page, anchor]) => !anchors(page ?? '').includes(anchor ?? ''))).toEqual([])
})

test('each folder named as part of the house exists', () => {
  const house = /## The house\n([\s\S]*?)\n## /.exec(read('docs/architecture.md'))?.[1] ?? ''
  const folders = [...house.matchAll(/`((?:src|tests|scripts)\/[\w/]*)`/g)].map((match) => match[1] ?? '')
  expect(folders.length).toBeGreaterThan(8)
  expect(folders.filter((folder) => !existsSync(join(ROOT, folder)))).toEqual([])
})
