import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './build.ts'
import { askedBy } from './bundle.ts'

/** How much a browser loads from the built page, in bytes as they are on the disk. */
export interface PageSize {
  /** Until the window stands: program, styles and the texts of the language. */
  first: number
  /** The same with the overview, which is the first page. */
  overview: number
}

export type PageLanguage = 'en' | 'ro' | 'ru'

const OUT = join(ROOT, 'out/renderer')
/** Texts of one language, in bytes, at least. */
const LEAST = 50_000

/** Expects a fresh build. Throws when the page is not built as this expects, for example with all languages in one file. */
export function pageSize(language: PageLanguage): PageSize {
  const { first, overview } = loadedFiles()
  const texts = readdirSync(join(OUT, 'assets')).filter((name) => name.startsWith(`${language}-start-`))
  const words = sum(texts.map((name) => `assets/${name}`))
  if (words < LEAST) throw new Error(`the language ${language} has no file of its own`)
  return { first: sum(first) + words, overview: sum(overview) + words }
}

/** What is loaded in every language, as paths in the folder of the page; `overview` contains `first`. */
export function loadedFiles(): { first: string[]; overview: string[] } {
  const html = readFileSync(join(OUT, 'index.html'), 'utf8')
  const named = [...html.matchAll(/(?:src|href)="\.?\/?(assets\/[^"]+\.(?:js|css))"/g)].map(
    ([, path]) => path!,
  )
  const entry = named.find((path) => path.endsWith('.js'))
  if (entry === undefined) throw new Error('index.html names no program')
  const text = readFileSync(join(OUT, entry), 'utf8')
  const first = withImports(named, new Set())
  const overview = withImports(later(text, /^overview-/).flat(), new Set(first))
  return { first: [...first], overview: [...overview] }
}

/** What each call of import() whose file has such a name loads: the file, and what the builder has it fetch beforehand. */
function later(text: string, name: RegExp): string[][] {
  const [, list = '[]'] = /m\.f=(\[[^\]]*\])/.exec(text) ?? []
  const paths = JSON.parse(list) as string[]
  const calls = [...text.matchAll(/import\(["'`]\.\/([^"'`]+)["'`]\)(?:,__vite__mapDeps\(\[([\d,]*)\]\))?/g)]
  return calls
    .filter(([, file]) => name.test(file!))
    .map(([, file, numbers]) => [
      `assets/${file}`,
      ...(numbers ?? '')
        .split(',')
        .flatMap((number) => (number === '' ? [] : [paths[Number(number)]!.replace(/^\.\//, 'assets/')])),
    ])
}

/** Adds the files with everything that they import at once. */
function withImports(paths: readonly string[], seen: Set<string>): Set<string> {
  for (const path of paths) {
    if (seen.has(path)) continue
    seen.add(path)
    if (path.endsWith('.js')) withImports(importsOf(path), seen)
  }
  return seen
}

const known = new Map<string, string[]>()
function importsOf(path: string): string[] {
  const imports =
    known.get(path) ??
    askedBy(readFileSync(join(OUT, path), 'utf8'))
      .filter(({ name, isCalled }) => !isCalled && name.startsWith('./'))
      .map(({ name }) => `assets/${name.slice(2)}`)
  known.set(path, imports)
  return imports
}

const sum = (paths: readonly string[]): number =>
  paths.reduce((total, path) => total + statSync(join(OUT, path)).size, 0)
