import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path'
import { ROOT } from '../../../scripts/build.ts'

const FROM = import.meta.dirname
const TO = join(ROOT, 'node_modules/.cache/stand-in')

/**
 * Node arguments before the application's entry; valid after the stand-in was compiled. As in Electron's main
 * process, an unhandled rejection does not end it (electron_browser_main_parts.cc, PostEarlyInitialization).
 */
export const standIn: readonly string[] = [
  '--unhandled-rejections=warn-with-error-code',
  ...['--import', join(TO, 'register.mjs')],
]

/**
 * The stand-in as plain JavaScript, so that the application's process does not load the TypeScript loader (17 MB).
 */
export function compileStandIn(): void {
  const { emitWarning } = process
  // Node warns that it is experimental; nothing else here depends on it.
  process.emitWarning = () => undefined
  for (const file of readdirSync(FROM, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue
    const target = join(TO, file.replace(/\.ts$/, '.mjs'))
    mkdirSync(dirname(target), { recursive: true })
    const source = stripTypeScriptTypes(readFileSync(join(FROM, file), 'utf8'))
    writeFileSync(target, source.replaceAll(/((?:from|import)\s*\(?\s*'\.[^']*)\.ts'/g, "$1.mjs'"))
  }
  process.emitWarning = emitWarning
}
