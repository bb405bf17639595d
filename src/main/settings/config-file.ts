import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Configuration, parseConfiguration } from '../../shared/config.ts'
import { errorCode } from '../../shared/node-errors.ts'
import { jsonProblem } from './json-problem.ts'

/**
 * The result of reading a configuration file. `path` is null when there is no file and the configuration is
 * empty.
 */
export type LoadedConfiguration =
  | { ok: true; path: string | null; value: Configuration }
  /** Each problem names the place: a path in the file, or line and column. */
  | { ok: false; path: string; problems: string[] }

/**
 * Reads `--config`, or `config.json` of the data folder if it exists (docs/architecture.md, "Configuration").
 * Without either the configuration is empty. Never throws for invalid content or a missing file.
 */
export function loadConfiguration(option: string | undefined, dataDir: string): LoadedConfiguration {
  const path = option === undefined ? join(dataDir, 'config.json') : resolve(option)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (option === undefined && errorCode(error) === 'ENOENT') {
      const empty = parseConfiguration({})
      if (empty.ok) return { ok: true, path: null, value: empty.value }
    }
    return { ok: false, path, problems: [unreadable(error)] }
  }
  return parseText(path, text)
}

function parseText(path: string, text: string): LoadedConfiguration {
  let input: unknown
  try {
    // Editors on Windows add a byte order mark at the start.
    input = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    return { ok: false, path, problems: [jsonProblem(text, error)] }
  }
  const parsed = parseConfiguration(input)
  return parsed.ok ? { ok: true, path, value: parsed.value } : { ok: false, path, problems: parsed.problems }
}

function unreadable(error: unknown): string {
  const code = errorCode(error)
  if (code === 'ENOENT') return 'the file does not exist'
  if (code === 'EACCES' || code === 'EPERM') return 'the file may not be read by this user'
  if (code === 'EISDIR') return 'this is a folder, not a file'
  return `the file cannot be read (${code || 'unknown reason'})`
}
