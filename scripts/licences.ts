import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildWhatIsStale, ROOT } from './build.ts'
import { NATIVE_MODULES } from './native-modules.ts'

/**
 * The packages of others that are shipped, and their licences. The build says which packages it bundled
 * (`build.license` of electron.config.ts); the packages with machine code are shipped beside it.
 * `npm run licences` writes the list, `npm test` checks that it is current. The build writes the texts, every
 * artefact ships them, and Settings → About shows them.
 */
export const LIST = 'docs/licences.md'
/** The texts, made by the build; electron-builder.yml and scripts/artefact.ts copy this file. */
export const TEXTS = 'out/licences.txt'

export interface Shipped {
  name: string
  version: string
  /** An SPDX expression as package.json has it; empty where it names none. */
  licence: string
  /** The text contained in the package; empty when there is none. */
  text: string
  /** Which part of the program contains it. */
  parts: Part[]
}
type Part = 'program' | 'page' | 'machine code'

/** Licences that allow to ship a package inside a closed program. Others need the owner's decision. */
const ALLOWED = new Set([
  ...['MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause'],
  ...['Apache-2.0', 'BlueOak-1.0.0', 'Unlicense'],
])

/** What the build on disk and the installed packages contain, sorted by name and version. */
export function shipped(root = ROOT): Shipped[] {
  return together([
    ...bundledInto(root, 'main', 'program'),
    ...bundledInto(root, 'preload', 'page'),
    ...bundledInto(root, 'renderer', 'page'),
    ...NATIVE_MODULES.map((name) => installed(root, name)),
  ])
}

/** One entry per name and version, with all the parts that contain it. */
export function together(entries: readonly Shipped[]): Shipped[] {
  const byVersion = new Map<string, Shipped>()
  for (const entry of entries) {
    const key = `${entry.name} ${entry.version}`
    const parts = new Set([...(byVersion.get(key)?.parts ?? []), ...entry.parts])
    byVersion.set(key, { ...entry, parts: [...parts] })
  }
  return [...byVersion].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, entry]) => entry)
}

/** Packages whose licence is not allowed; one line each. `A OR B` needs one of them, `A AND B` both. */
export function licenceProblems(entries: readonly Shipped[]): string[] {
  const isAllowed = (licence: string): boolean =>
    licence
      .replace(/^\((.*)\)$/, '$1')
      .split(' OR ')
      .some((choice) => choice.split(' AND ').every((one) => ALLOWED.has(one)))
  return entries
    .filter(({ licence }) => !isAllowed(licence))
    .map(({ name, version, licence }) => `${name} ${version}: ${licence || 'names no licence'}`)
}

/** The list as a Markdown page. */
export function listOf(entries: readonly Shipped[]): string {
  const rows = entries.map(
    ({ name, version, licence, parts }) => `| ${name} | ${version} | ${licence} | ${parts.join(', ')} |`,
  )
  return `# Licences of what is shipped

Written by \`npm run licences\`; \`npm test\` fails when it is not current. These packages of others are part of the built program.
Every artefact brings their texts as \`licences.txt\`, which Settings → About shows; the desktop application also the licences of
Electron and Chromium as Electron delivers them, the others the licence of Node.js. The licence of the program itself is the owner's decision: see the [README](../README.md#licence).

| Package | Version | Licence | Part of |
|---|---|---|---|
${rows.join('\n')}
`
}

/** The texts of all licences, for people who have the packaged application. */
export function textsOf(entries: readonly Shipped[]): string {
  const parts = entries.map(({ name, version, licence, text }) => {
    const words = text.trim() || `The package brings no text. Its licence: ${licence}.`
    return `${name} ${version} (${licence})\n\n${words}\n`
  })
  return `The program contains these packages of others.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`
}

interface Bundled {
  name: string
  version: string
  identifier?: string | null
  text?: string | null
}

function bundledInto(root: string, folder: string, part: Part): Shipped[] {
  const bundled = JSON.parse(readFileSync(join(root, 'out', folder, 'licences.json'), 'utf8')) as Bundled[]
  return bundled.map(({ name, version, identifier, text }) => ({
    name,
    version,
    licence: identifier ?? licenceOf(manifest(root, name)),
    text: text ?? '',
    parts: [part],
  }))
}

function installed(root: string, folder: string): Shipped {
  const { name, version, ...rest } = manifest(root, folder)
  const at = join(root, 'node_modules', folder)
  const file = readdirSync(at).find((one) => /^licen[cs]e(\.|$)/i.test(one))
  const text = file === undefined ? '' : readFileSync(join(at, file), 'utf8').replaceAll('\r\n', '\n')
  return { name, version, licence: licenceOf(rest), text, parts: ['machine code'] }
}

interface Manifest {
  name: string
  version: string
  license?: string
  /** The form in which very old packages name it. */
  licenses?: { type: string }[]
}

const manifest = (root: string, folder: string): Manifest => {
  const file = join(root, 'node_modules', folder, 'package.json')
  return existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as Manifest)
    : { name: folder, version: '' }
}

export const licenceOf = ({ license, licenses }: Pick<Manifest, 'license' | 'licenses'>): string =>
  license ?? licenses?.map(({ type }) => type).join(' OR ') ?? ''

/** Why the list on disk is outdated; null = it is current. Expects a fresh build. */
export function listProblem(): string | null {
  const entries = shipped()
  const problems = licenceProblems(entries)
  if (problems.length > 0)
    return `Licences that are not on the list of scripts/licences.ts:\n${problems.join('\n')}`
  const isCurrent = existsSync(join(ROOT, LIST)) && readFileSync(join(ROOT, LIST), 'utf8') === listOf(entries)
  return isCurrent ? null : `${LIST} is not current: npm run licences writes it.`
}

/** For the build, when all its parts are bundled; `root` is the folder of the checkout. */
export const writeTexts = (root: string): void => writeFileSync(join(root, TEXTS), textsOf(shipped(root)))

if (import.meta.main) {
  buildWhatIsStale()
  writeFileSync(join(ROOT, LIST), listOf(shipped()))
  const problem = listProblem()
  process.stdout.write(`${problem ?? `Written: ${LIST}`}\n`)
  process.exitCode = problem === null ? 0 : 1
}
