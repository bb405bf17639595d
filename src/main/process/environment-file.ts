import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { errorCode } from '../../shared/node-errors.ts'

/** Variables that came from the file: reading it again may change them. */
const ours = new Set<string>()

/**
 * Adds the variables of a file (`NAME=value` a line) to the environment of this process; those that somebody else has
 * set stay. May be called again. Returns what is wrong with the file; null = it was read, or none was named.
 */
export function loadEnvironmentFile(
  path: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): string | null {
  if (path === undefined) return null
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    return `--env-file: ${path} cannot be read (${errorCode(error) || 'unknown reason'})`
  }
  const found = parseEnv(text)
  for (const name of ours) if (found[name] === undefined) delete environment[name]
  for (const [name, value] of Object.entries(found)) {
    if (environment[name] !== undefined && !ours.has(name)) continue
    environment[name] = value
    ours.add(name)
  }
  return null
}
