import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './build.ts'
import { askedBy } from './bundle.ts'

export type PageLanguage = 'en' | 'ro' | 'ru'

const OUT = join(ROOT, 'out/renderer')
/** Texts of one language, in bytes, at least. */
const LEAST = 50_000

/**
 * How many bytes a browser loads, as they are on the disk, until the window stands with the overview: program, styles and
 * the texts of the language. Expects a fresh build. Throws when the page is not built as this expects, for example with all
 * languages in one file.
 */
export function firstLoad(language: PageLanguage): number {
  const texts = readdirSync(join(OUT, 'assets')).filter((name) => name.startsWith(`${language}-start-`))
  const words = sum(texts.map((name) => `assets/${name}`))
  if (words < LEAST) throw new Error(`the language ${language} has no file of its own`)
  return sum(loadedFiles()) + words
}

/** What is loaded in every language, as paths in the folder of the page. */
export function loadedFiles(): string[] {
  const html = readFileSync(join(OUT, 'index.html'), 'utf8')
  const named = [...html.matchAll(/(?:src|href)="\.?\/?(assets\/[^"]+\.(?:js|css))"/g)].map(
    ([, path]) => path!,
  )
  if (!named.some((path) => path.endsWith('.js'))) throw new Error('index.html names no program')
  return [...withImports(named, new Set())]
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
